package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import hudson.model.Result;
import hudson.model.User;
import io.jenkins.plugins.releasetrain.engine.operation.Operation;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/** Every {@code curl} of docs/rest.md, as a shell runs it. */
class RestExamplesTest extends ShopTest {
    private static List<String> examples() throws Exception {
        Matcher matcher =
                Pattern.compile("```sh\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(Path.of("docs/rest.md")));
        List<String> examples = new ArrayList<>();
        while (matcher.find()) {
            examples.add(matcher.group(1).strip());
        }
        return examples;
    }

    private record Ran(int exit, String out) {}

    private static Ran run(String command, Map<String, String> environment) throws Exception {
        // Without -f the body of an error is shown.
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command.replace("-fsS", "-sS -w '\\n%{http_code}'"))
                .redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return new Ran(process.exitValue(), out);
    }

    private static boolean hasCurl() {
        try {
            return run("curl --version", Map.of()).exit() == 0;
        } catch (Exception e) {
            return false;
        }
    }

    private static String waiting(String service) {
        return ReleaseService.get().store().activity("train/shop", 100).open().stream()
                .filter(e -> e.images().containsKey(service))
                .findFirst()
                .orElseThrow()
                .id();
    }

    @Test
    void everyExampleIsAnswered() throws Exception {
        assumeTrue(hasCurl(), "There is no curl");
        String second = "";
        for (String version : List.of("1.1", "1.2")) {
            second = shop.build("cart", version);
            ended(Result.SUCCESS, ride("cart", version, ""));
        }
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("ada"));
        shop.build("pay", "1.1");
        WorkflowRun pay = ride("pay", "1.1", "gate 'pay'");
        GateStep.awaitWaiting("pay");
        shop.build("cart", "1.3");
        WorkflowRun cart = ride("cart", "1.3", "");
        String url = jenkins.getURL().toString();
        Map<String, String> environment = Map.of(
                "JENKINS_URL", url.substring(0, url.length() - 1),
                "USER", "ada",
                "TOKEN", jenkins.createApiToken(User.getById("ada", true)),
                "CHANGE", waiting("cart"),
                "DIGEST", second);
        List<String> examples = examples();
        for (String example : examples) {
            Ran ran = run(example, environment);
            assertThat(ran.exit()).as(example + ": " + ran.out()).isZero();
            if (example.contains("DEPART")) {
                assertThat(ran.out()).contains("no scheduled departures");
            } else if (example.contains("WAIVE")) {
                assertThat(ran.out()).contains("was not stopped for its contract");
            } else {
                assertThat(ran.out()).as(example).endsWith("\n200");
            }
            if (example.contains("CANCEL")) {
                ended(Result.ABORTED, cart);
            }
        }
        assertThat(examples).hasSizeGreaterThan(18);
        assertThat(Arrays.stream(Operation.values()).map(o -> "operation=" + o.name()))
                .allSatisfy(o -> assertThat(String.join("\n", examples)).contains(o));
        // The rollback holds what passes.
        Shop.operate("FREE", "");
        GateStep.open("pay");
        jenkins.waitForCompletion(pay);
    }
}
