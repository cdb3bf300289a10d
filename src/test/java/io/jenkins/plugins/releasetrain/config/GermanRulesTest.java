package io.jenkins.plugins.releasetrain.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.cluster.FaultRules;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.labels.Sentences;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What checks of the forms say to who reads German. */
class GermanRulesTest {
    private final Sentences german = new Sentences(text());

    /** As Jenkins reads it, whose locale there is none of here. */
    private static String text() {
        Properties all = new Properties();
        // The build without Jenkins has the plugin's resources as files alone.
        Path file = Path.of(
                System.getProperty("repository.root", "."),
                "src/main/resources/io/jenkins/plugins/releasetrain/labels/Labels_de.properties");
        try (InputStream in = Files.newInputStream(file)) {
            all.load(in);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return new MessageFormat(all.getProperty("said")).format(new Object[0]);
    }

    static Stream<Runnable> rules() {
        StoreConfiguration lines = new StoreConfiguration("any", "any");
        lines.setProperties("socketTimeout");
        StoreConfiguration unknown = new StoreConfiguration("any", "any");
        unknown.setProperties("loggerFile=x");
        StoreConfiguration value = new StoreConfiguration("any", "any");
        value.setProperties("socketTimeout=long");
        StoreConfiguration port = new StoreConfiguration("any", "any");
        port.setPort(99_999);
        StoreConfiguration certificate = new StoreConfiguration("any", "any");
        certificate.setCaCertificate("x");
        return Stream.of(
                new DepartureConfiguration("tomorrow")::departure,
                new DepartureConfiguration("0 99 * * *")::departure,
                new FreezeConfiguration("0 0 * * *", 10_000, "")::freeze,
                () -> Forms.zone("Moon/Crater"),
                () -> RegistrySettings.checkHost("https://registry.example"),
                () -> FaultRules.parse("nonsense"),
                () -> FaultRules.parse("waiting | | | now | image |"),
                () -> FaultRules.parse("moon | x | | now | image |"),
                () -> FaultRules.parse("waiting | x | many | now | image |"),
                () -> FaultRules.parse("waiting | x | | now | image | ["),
                () -> ClusterForms.checkServer("ftp://k8s.example"),
                () -> ClusterForms.checkServer("https://k8s example"),
                () -> new ProbeConfiguration("/", "x").below(null),
                new StoreConfiguration("a b", "any")::server,
                new StoreConfiguration("any", "a b")::server,
                lines::server,
                unknown::server,
                value::server,
                port::server,
                certificate::server);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void everyRuleThatAFieldIsCheckedBy(Runnable rule) {
        String english = catchThrowableOfType(EngineException.class, rule::run).getMessage();

        assertThat(german.said(english)).isNotEqualTo(english);
        assertThat(german.said("registry 'dev': host: " + english))
                .startsWith("registry 'dev': host: ")
                .endsWith(german.said(english))
                .doesNotContain("{");
        assertThat(new Sentences("").said(english)).isEqualTo(english);
    }

    @Test
    void whatIsOutsideOfItsRangeIsToldWithItsPlaceAndBounds() {
        List<String> problems = new ArrayList<>();
        new Ranges("train 'shop'", problems)
                .whole("attempts", 0, 1, 5)
                .percent("p", -1, true)
                .percent("q", 0, false);

        assertThat(german.said(String.join("\n", problems))).isEqualTo("""
                train 'shop': attempts ist 0, muss aber 1 bis 5 sein
                train 'shop': p ist -1.0, muss aber 0 oder mehr und weniger als 100 sein
                train 'shop': q ist 0.0, muss aber mehr als 0 und weniger als 100 sein""");
    }

    /** What registries and clusters say of themselves has dollars and backslashes, and is no pattern. */
    @Test
    void whatIsNotTranslatedStaysAsItIs() {
        assertThat(german.said("GET https://registry.example/v2/ answered 500: $1 \\ {0}"))
                .isEqualTo("GET https://registry.example/v2/ answered 500: $1 \\ {0}");
        assertThat(german.said("Not a regular expression: $1 \\")).isEqualTo("Kein regulärer Ausdruck: $1 \\");
    }
}
