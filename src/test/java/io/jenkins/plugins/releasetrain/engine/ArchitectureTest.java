package io.jenkins.plugins.releasetrain.engine;

import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.core.domain.JavaModifier.STATIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.model.States;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds the engine to its walls and to the drawing in docs/architecture.md. */
class ArchitectureTest {
    private static final String ENGINE = "io.jenkins.plugins.releasetrain.engine.";
    private static final Pattern EDGE = Pattern.compile("^\\s*(\\w+) --> (\\w+)\\s*$", Pattern.MULTILINE);

    private final JavaClasses engine = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(ArchitectureTest::isNoFake)
            .importPackages("io.jenkins.plugins.releasetrain.engine");

    private static boolean isNoFake(Location location) {
        return !location.contains("/fakes/");
    }

    @Test
    void engineKnowsNoJenkinsType() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("hudson..", "jenkins..", "org.jenkinsci..", "org.kohsuke..")
                .check(engine);
    }

    @Test
    void engineKnowsNothingOfTheLayerAboveIt() {
        assertThat(engine.stream()
                        .flatMap(c -> c.getDirectDependenciesFromSelf().stream())
                        .map(d -> d.getTargetClass().getPackageName() + ".")
                        .filter(p -> p.startsWith("io.jenkins.plugins.releasetrain."))
                        .filter(p -> !p.startsWith(ENGINE)))
                .isEmpty();
    }

    @Test
    void packagesUseEachOtherAsDrawn() throws IOException {
        SortedSet<String> real = new TreeSet<>();
        for (JavaClass javaClass : engine) {
            for (Dependency dependency : javaClass.getDirectDependenciesFromSelf()) {
                String from = part(javaClass);
                String to = part(dependency.getTargetClass());
                if (!from.isEmpty() && !to.isEmpty() && !from.equals(to)) {
                    real.add(from + " --> " + to);
                }
            }
        }
        assertThat(real).isEqualTo(drawn());
    }

    private static String part(JavaClass javaClass) {
        String name = javaClass.getPackageName() + ".";
        return name.startsWith(ENGINE) && name.length() > ENGINE.length()
                ? name.substring(ENGINE.length(), name.indexOf('.', ENGINE.length()))
                : "";
    }

    private static SortedSet<String> drawn() throws IOException {
        Path root = Path.of(System.getProperty("repository.root", ""));
        String text = Files.readString(root.resolve("docs/architecture.md"));
        int begin = text.indexOf("<!-- engine packages -->");
        String drawing = text.substring(begin, text.indexOf("```\n", text.indexOf("```mermaid", begin) + 3));
        SortedSet<String> edges = new TreeSet<>();
        Matcher matcher = EDGE.matcher(drawing);
        while (matcher.find()) {
            edges.add(matcher.group(1) + " --> " + matcher.group(2));
        }
        return edges;
    }

    @Test
    void nothingStaticIsMutable() {
        fields().that().haveModifier(STATIC).should().haveModifier(FINAL).check(engine);
    }

    @Test
    void timeAndIdsAndSleepArePassedIn() {
        noClasses()
                .that()
                .areNotAssignableTo(Sleeper.class)
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(LocalDateTime.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .check(engine);
    }

    /** {@link States} has the words; of search terms the names are part, which stay. */
    @Test
    void nobodyElseWordsAState() {
        assertThat(engine.stream()
                        .flatMap(c -> c.getCodeUnits().stream())
                        .filter(unit -> calls(unit, Event.Outcome.class, "name")
                                || calls(unit, Verdict.class, "name")
                                || calls(unit, Event.Outcome.class, "toString")
                                || calls(unit, Verdict.class, "toString"))
                        .filter(unit -> calls(unit, String.class, "toLowerCase"))
                        .map(JavaCodeUnit::getFullName))
                .isEmpty();
    }

    private static boolean calls(JavaCodeUnit unit, Class<?> owner, String method) {
        return unit.getMethodCallsFromSelf().stream()
                .anyMatch(call -> call.getTargetOwner().isEquivalentTo(owner)
                        && call.getName().equals(method));
    }

    @Test
    void nothingIsPrinted() {
        noClasses()
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace")
                .check(engine);
    }

    @Test
    void everyExceptionHasAMessage() {
        noClasses()
                .should()
                .callConstructor(RuntimeException.class)
                .orShould()
                .callConstructor(IllegalStateException.class)
                .orShould()
                .callConstructor(IllegalArgumentException.class)
                .check(engine);
    }
}
