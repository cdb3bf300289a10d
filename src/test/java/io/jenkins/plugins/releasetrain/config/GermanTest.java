package io.jenkins.plugins.releasetrain.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The forms of the configuration and of the steps in both languages: field titles, help, and what drop-downs offer. */
class GermanTest {
    private static final Path RESOURCES =
            Path.of(System.getProperty("repository.root", "."), "src/main/resources/io/jenkins/plugins/releasetrain");
    /** What a reader types or copies is the same in each language. */
    private static final Pattern CODE = Pattern.compile("<code>(.*?)</code>|href=\"(.*?)\"", Pattern.DOTALL);

    private static final Pattern KEY = Pattern.compile("\\$\\{%([^}(]*)[^}]*}");

    private static List<Path> files(String regex) throws IOException {
        Pattern name = Pattern.compile(regex);
        try (Stream<Path> all = Files.walk(RESOURCES)) {
            return all.filter(
                            p -> name.matcher(RESOURCES.relativize(p).toString().replace('\\', '/'))
                                    .matches())
                    .sorted()
                    .toList();
        }
    }

    private static Set<String> found(Pattern pattern, String text) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
        }
        return found;
    }

    private static Properties properties(Path file) throws IOException {
        Properties properties = new Properties();
        if (Files.exists(file)) {
            try (InputStream in = Files.newInputStream(file)) {
                properties.load(in);
            }
        }
        return properties;
    }

    private static Path german(Path file, String ending) {
        String name = file.getFileName().toString();
        return file.resolveSibling(name.substring(0, name.lastIndexOf('.')) + "_de" + ending);
    }

    @TestFactory
    Stream<DynamicTest> everyHelpText() throws IOException {
        return files("(config|steps)/.*/help[^_]*\\.html").stream()
                .map(file -> DynamicTest.dynamicTest(RESOURCES.relativize(file).toString(), () -> {
                    Path german = german(file, ".html");
                    assertThat(german).exists();
                    String text = Files.readString(german, StandardCharsets.UTF_8);
                    assertThat(found(CODE, text)).isEqualTo(found(CODE, Files.readString(file)));
                    assertThat(text).isNotEqualTo(Files.readString(file));
                }));
    }

    @TestFactory
    Stream<DynamicTest> everyFieldTitle() throws IOException {
        return files("(config|steps|actions)/.*\\.jelly").stream()
                .map(file -> DynamicTest.dynamicTest(RESOURCES.relativize(file).toString(), () -> {
                    Set<String> keys = found(KEY, Files.readString(file));
                    Properties texts = properties(german(file, ".properties"));
                    assertThat(texts.stringPropertyNames()).containsExactlyInAnyOrderElementsOf(keys);
                    assertThat(texts.values()).noneMatch(v -> v.toString().isBlank());
                }));
    }

    @Test
    void everyLabelAndEveryChoice() throws IOException {
        Properties english = properties(RESOURCES.resolve("labels/Labels.properties"));
        Properties german = properties(RESOURCES.resolve("labels/Labels_de.properties"));
        assertThat(german.keySet()).isEqualTo(english.keySet());
        Set<String> choices = english.stringPropertyNames().stream()
                .filter(k -> k.startsWith("choice.") && k.indexOf('.') != k.lastIndexOf('.'))
                .collect(Collectors.toSet());
        Set<String> offered = new TreeSet<>();
        offered(offered, "install", TrainConfiguration.Install.values());
        offered(offered, "isolation", io.jenkins.plugins.releasetrain.engine.model.Isolation.values());
        offered(offered, "onDrift", io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.OnDrift.values());
        offered(offered, "role", RegistryRole.values());
        offered(offered, "tls", io.jenkins.plugins.releasetrain.engine.store.PostgresqlServer.Tls.values());
        offered(offered, "whenBroken", io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.WhenBroken.values());
        assertThat(choices).isEqualTo(offered);
    }

    private static void offered(Set<String> all, String kind, Enum<?>[] constants) {
        for (Enum<?> constant : constants) {
            all.add("choice." + kind + "." + constant.name());
        }
    }
}
