package io.jenkins.plugins.releasetrain.engine.lock;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.jenkins.plugins.releasetrain.engine.cluster.KubernetesCluster;
import io.jenkins.plugins.releasetrain.engine.cluster.KubernetesNamespace;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer.Granted;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer.Waiting;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two processes race for one Lease, with clocks that differ by minutes in either direction. */
class TwoProcessesTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final EmbeddedKubernetes kubernetes = EmbeddedKubernetes.start();
    private final ManualClock clock = new ManualClock(START);
    private Process process;
    private Writer in;
    private BufferedReader out;

    @AfterEach
    void stop() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
        kubernetes.close();
    }

    private void begin(int skewMinutes) throws IOException {
        kubernetes.createNamespace("staging");
        kubernetes.load(List.of(new DeploymentBuilder()
                .withNewMetadata()
                .withNamespace("staging")
                .withName("cart")
                .endMetadata()
                .withNewSpec()
                .withNewSelector()
                .addToMatchLabels("app", "cart")
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels("app", "cart")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage(
                        "registry.example/shop/cart@" + Digest.sha256("cart1").value())
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build()));
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        OtherProcess.class.getName(),
                        kubernetes.url(),
                        START.plus(Duration.ofMinutes(skewMinutes)).toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        in = process.outputWriter(StandardCharsets.UTF_8);
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private String tell(String command) throws IOException {
        in.write(command + "\n");
        in.flush();
        String line = out.readLine();
        while (line != null && !line.startsWith("> ")) {
            line = out.readLine();
        }
        return line == null ? "it died" : line.substring(2);
    }

    private void pass(int seconds) throws IOException {
        clock.advance(Duration.ofSeconds(seconds));
        tell("pass " + seconds);
    }

    @ParameterizedTest
    @ValueSource(ints = {-7, 0, 12})
    void I3_whoRenewsIsRespectedAndWhoIsSilentIsTakenOverWhateverTheClocks(int skewMinutes) throws Exception {
        begin(skewMinutes);
        KubernetesNamespace place = new KubernetesNamespace(kubernetes.client(), "staging");
        LeaseLock lock = new LeaseLock(place, Duration.ofSeconds(5), clock, Sleeper.real());
        KubernetesCluster cluster = new KubernetesCluster(place, Runnable::run, clock, Sleeper.real());

        assertThat(tell("ask")).isEqualTo("Granted[token=1, takenOver=false]");
        assertThat(tell("install 2")).isEqualTo("[cart]");
        for (int i = 0; i < 6; i++) {
            pass(20);
            assertThat(tell("renew")).isEqualTo("renewed");
            assertThat(lock.request(OtherProcess.request("ours"))).isInstanceOf(Waiting.class);
        }

        // From here on the other one is paused.
        clock.advance(Duration.ofSeconds(20));
        assertThat(lock.request(OtherProcess.request("ours"))).isInstanceOf(Waiting.class);
        clock.advance(Duration.ofSeconds(20));
        Granted granted = (Granted) lock.request(OtherProcess.request("ours"));
        assertThat(granted.takenOver()).isTrue();
        // It goes on in the middle of our takeover: before the stamp, its patch still lands, and is put right
        // afterwards.
        assertThat(tell("install 3")).isEqualTo("[cart]");
        cluster.fence(List.of(OtherProcess.CART), granted.token());
        assertThat(tell("install 4")).isEqualTo("LOCK_LOST");
        assertThat(tell("renew")).isEqualTo("LOCK_LOST");
        assertThat(tell("ask")).startsWith("Waiting[position=1");
        assertThat(cluster.install(OtherProcess.cart("5", granted.token()))).containsExactly("cart");
        assertThat(cluster.installed(List.of(OtherProcess.CART)).get("cart").digest())
                .contains(Digest.sha256("cart5"));

        lock.release("ours");
        assertThat(tell("ask")).isEqualTo("Granted[token=3, takenOver=false]");
        assertThat(tell("install 6")).isEqualTo("[cart]");
    }
}
