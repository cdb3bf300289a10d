package io.jenkins.plugins.releasetrain.engine.lock;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Wanted;
import io.jenkins.plugins.releasetrain.engine.cluster.KubernetesCluster;
import io.jenkins.plugins.releasetrain.engine.cluster.KubernetesNamespace;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Answer;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Mode;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock.Request;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A controller in a process of its own, which does what it is told on its standard input: {@code ask}, {@code renew},
 * {@code install VERSION}, {@code pass SECONDS}. Its clock is another one and stands still otherwise.
 */
final class OtherProcess {
    static final Service CART = new Service(
            "cart",
            "shop/cart",
            "shop/cart",
            "production",
            new Workload(Workload.Kind.DEPLOYMENT, "cart", ""),
            "cart",
            new TreeSet<>());

    private OtherProcess() {}

    static Request request(String id) {
        return new Request(id, "train " + id, Mode.EXCLUSIVE, Set.of(), Duration.ofSeconds(30));
    }

    static Wanted cart(String version, long token) {
        return Wanted.proven(
                Map.of(CART, ImageReference.of("registry.example", "shop/cart", Digest.sha256("cart" + version))),
                token);
    }

    public static void main(String[] args) throws Exception {
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl(args[0])
                .withNamespace("staging")
                .withRequestRetryBackoffLimit(0)
                .build();
        ManualClock clock = new ManualClock(Instant.parse(args[1]));
        try (KubernetesClient client = EmbeddedKubernetes.newClient(config);
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            KubernetesNamespace place = new KubernetesNamespace(client, "staging");
            LeaseLock lock = new LeaseLock(place, Duration.ofSeconds(5), clock, Sleeper.real());
            KubernetesCluster cluster = new KubernetesCluster(place, Runnable::run, clock, Sleeper.real());
            long token = 0;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String[] words = line.split(" ");
                String answer;
                try {
                    answer = switch (words[0]) {
                        case "ask" -> lock.request(request("other")).toString();
                        case "renew" -> {
                            lock.renew("other", token, Duration.ofSeconds(30));
                            yield "renewed";
                        }
                        case "install" -> cluster.install(cart(words[1], token)).toString();
                        default -> {
                            clock.advance(Duration.ofSeconds(Long.parseLong(words[1])));
                            yield "passed";
                        }
                    };
                } catch (EngineException e) {
                    answer = e.kind().name();
                }
                if (words[0].equals("ask") && answer.startsWith("Granted")) {
                    token = ((Answer.Granted) lock.request(request("other"))).token();
                }
                System.out.println("> " + answer);
            }
        }
    }
}
