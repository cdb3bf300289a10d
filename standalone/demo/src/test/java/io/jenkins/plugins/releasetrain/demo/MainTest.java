package io.jenkins.plugins.releasetrain.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
    private static final Pattern GONE = Pattern.compile(
            "(?i)\\b(aboard|ejected|superseded|cancelled|undecided|conductor|passenger|rider|lineup|gathering|void|proven"
                    + "|stale|drift|search: \\d)\\b");

    private static final Pattern OF_MACHINES =
            Pattern.compile("sha256:|\\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\\d)[0-9a-f]{12,}\\b|[0-9a-f]{8}-[0-9a-f]{4}-");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    private int run(String... arguments) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }

    /** The whole story on embedded parts; the figures come from the run, the findings from registries and clusters. */
    @Test
    void storyEndsAsItShouldAndTheHistoryIsKept() throws IOException {
        Path figures = directory.resolve("figures.json");
        assertThat(run("--figures", figures.toString(), "--store", directory.toString()))
                .isZero();
        JsonNode json = new ObjectMapper().readTree(Files.readString(figures));
        assertThat(json.get("findings").asText()).isEqualTo("as they should be");
        assertThat(json.get("ejected").asInt())
                .as("bad ones: stock 1.1, delivery 1.1 and pay 1.3")
                .isEqualTo(3);
        assertThat(json.get("not_installable").asInt())
                .as("review 1.1 is never ready")
                .isEqualTo(1);
        assertThat(json.get("superseded").asInt()).as("cart 1.1").isEqualTo(1);
        assertThat(json.get("proven").asInt()).as("the test release").isEqualTo(1);
        assertThat(json.get("released").asInt())
                .as("with three changes and three lanes through an outage each")
                .isEqualTo(19);
        assertThat(json.get("healed").asInt()).isGreaterThanOrEqualTo(2);
        assertThat(json.get("resumed").asInt()).isZero();
        assertThat(GONE.matcher(out.toString()).results().map(MatchResult::group))
                .as("words for which there is a better one")
                .isEmpty();
        assertThat(OF_MACHINES.matcher(out.toString()).results().map(MatchResult::group))
                .as("digests and ids")
                .isEmpty();
        assertThat(directory).isDirectoryContaining(Files::isDirectory);
    }

    @Test
    void helpNamesEveryOptionAndExitCode() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString())
                .contains("--dev-registry", "--production-registry", "--kubeconfig", "--namespace", "--jdbc-url")
                .contains("Exit codes:");
    }

    @Test
    void unknownOptionIsRefused() {
        assertThat(run("--no-such-option")).isEqualTo(2);
        assertThat(err.toString()).contains("--no-such-option");
    }

    @Test
    void registryThatDoesNotAnswerIsNamed() {
        assertThat(run("--dev-registry", "127.0.0.1:1", "--store", directory.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("127.0.0.1:1").contains("could not connect");
    }

    @Test
    void kubeconfigThatCannotBeReadIsNamed() {
        String missing = directory.resolve("missing").toString();
        assertThat(run("--kubeconfig", missing, "--store", directory.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains(missing);
    }

    @Test
    void portThatIsTakenIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = String.valueOf(taken.getLocalPort());
            assertThat(run("--serve", port, "--store", directory.toString())).isEqualTo(2);
            assertThat(err.toString()).contains("--serve", port);
        }
    }

    /** The pages are there while the story runs, and stay after it, with changes that wait to be acted upon. */
    @Test
    void pagesAreServedAndStayUntilInterrupted() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = free.getLocalPort();
        }
        Thread demo = new Thread(() -> run("--serve", String.valueOf(port), "--store", directory.toString()));
        demo.start();
        try {
            URI now = URI.create("http://127.0.0.1:" + port + "/api/now");
            JsonNode train = await(
                    now,
                    json -> json.at("/trains/0/state").asText().equals("PAUSED")
                            && json.at("/trains/0/queue").size() == 3);
            assertThat(train.at("/trains/0/lastRelease").asText()).startsWith("shop-");
        } finally {
            demo.interrupt();
            demo.join();
        }
    }

    private static JsonNode await(URI uri, Predicate<JsonNode> wanted) throws InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
        while (System.nanoTime() < end) {
            try {
                JsonNode answer = new ObjectMapper()
                        .readTree(client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                                .body());
                if (wanted.test(answer)) {
                    return answer;
                }
            } catch (IOException e) {
                // not there yet
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
        throw new AssertionError("Waited in vain for " + uri);
    }

    @Test
    void databaseThatDoesNotAnswerIsNamedWithoutItsPassword() {
        String url = "jdbc:postgresql://127.0.0.1:1/history";
        assertThat(run("--jdbc-url", url, "--store", directory.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("127.0.0.1:1");
    }
}
