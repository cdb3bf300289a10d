package io.jenkins.plugins.releasetrain.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
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
                .as("bad ones: stock 1.1 and delivery 1.1")
                .isEqualTo(2);
        assertThat(json.get("not_installable").asInt())
                .as("review 1.1 is never ready")
                .isEqualTo(1);
        assertThat(json.get("superseded").asInt()).as("cart 1.1").isEqualTo(1);
        assertThat(json.get("proven").asInt()).as("the test release").isEqualTo(1);
        assertThat(json.get("released").asInt()).isEqualTo(10);
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
    void databaseThatDoesNotAnswerIsNamedWithoutItsPassword() {
        String url = "jdbc:postgresql://127.0.0.1:1/history";
        assertThat(run("--jdbc-url", url, "--store", directory.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("127.0.0.1:1");
    }
}
