package io.jenkins.plugins.releasetrain.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads on the agent, without one. */
class ContractFilesTest {
    @TempDir
    private Path workspace;

    private List<String> read(String kind, String path) throws IOException {
        ContractFiles.Found found =
                new ContractFiles.Read(new TreeMap<>(Map.of(kind, path))).invoke(workspace.toFile(), null);
        assertThat(found.problem()).isEmpty();
        return ContractFiles.files(found).stream()
                .map(f -> f.kind().word() + " " + f.name())
                .toList();
    }

    private String problem(String path) throws IOException {
        return new ContractFiles.Read(new TreeMap<>(Map.of("openapi", path)))
                .invoke(workspace.toFile(), null)
                .problem();
    }

    private void file(String name, String text) throws IOException {
        Path file = workspace.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /** A part of another service's contract, as its consumer needs it. */
    @Test
    void whatIsNeededOfAnotherServiceIsKeptUnderItsName() throws IOException {
        file("clients/pay.yaml", "openapi: 3.0.3");
        assertThat(read("pay.openapi", "clients/pay.yaml")).containsExactly("openapi needs/pay/pay.yaml");
        assertThatThrownBy(() -> ContractFiles.read(null, Map.of("pay.nonsense", "clients/pay.yaml")))
                .hasMessageContaining("no kind 'nonsense'");
    }

    @Test
    void readsOneFileByItsOwnName() throws IOException {
        file("build/gen/api.yaml", "openapi: 3.0.3");
        assertThat(read("openapi", "build/gen/api.yaml")).containsExactly("openapi api.yaml");
    }

    @Test
    void readsAFolderWithAllThatIsInIt() throws IOException {
        file("schemas/order.avsc", "{}");
        file("schemas/v2/cart.avsc", "{}");
        assertThat(read("avro", "schemas/")).containsExactly("avro order.avsc", "avro v2/cart.avsc");
    }

    @Test
    void readsSeveralByCommas() throws IOException {
        file("a.avsc", "{}");
        file("b.avsc", "{}");
        assertThat(read("avro", "a.avsc, b.avsc")).containsExactly("avro a.avsc", "avro b.avsc");
    }

    @Test
    void staysWithinTheWorkspace() throws IOException {
        Path outside = Files.createTempFile("secret", ".yaml");
        try {
            assertThat(problem(outside.toString())).contains("outside of the workspace");
            Files.createSymbolicLink(workspace.resolve("api.yaml"), outside);
            assertThat(problem("api.yaml")).contains("'api.yaml'", "outside of the workspace");
            file("folder/own.yaml", "openapi: 3.0.3");
            Files.createSymbolicLink(workspace.resolve("folder/link.yaml"), outside);
            assertThat(read("openapi", "folder")).containsExactly("openapi own.yaml");
        } finally {
            Files.delete(outside);
        }
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        assertThat(problem("api.yaml"))
                .isEqualTo("contracts: there is no file or folder 'api.yaml' for openapi in the" + " workspace");
        Files.createDirectory(workspace.resolve("empty"));
        assertThat(problem("empty")).contains("'empty'", "is empty");
        assertThat(problem(" ")).contains("no file or folder");
        assertThat(problem("a\u0000pi.yaml"))
                .as("no name of a file, as one with a star on Windows")
                .isEqualTo("contracts: there is no file or folder 'a pi.yaml' for openapi in the workspace");
        file("api.yaml", "openapi: 3.0.3");
        assertThat(problem("api.yaml, empty")).contains("'empty'", "is empty");
    }

    @Test
    void refusesTooMuchBeforeReadingIt() throws IOException {
        for (int i = 0; i < 501; i++) {
            file("many/" + i + ".avsc", "{}");
        }
        assertThat(problem("many")).contains("more than 500 files");
    }

    @Test
    void unknownKindIsNamedWithThoseThatAreKnown() {
        assertThatThrownBy(() -> ContractFiles.read(null, Map.of("swagger", "api.yaml")))
                .hasMessage("contracts: there is no kind 'swagger', but openapi, protobuf, avro, jsonSchema, asyncapi,"
                        + " pact, migration");
    }
}
