package io.jenkins.plugins.releasetrain.engine.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogReaderTest {
    private final CatalogReader reader = new CatalogReader();

    @Test
    void shouldReadTheExampleOfTheDocumentation() throws IOException {
        String page = Files.readString(Path.of(System.getProperty("repository.root", ""), "docs", "catalog.md"));
        int start = page.indexOf("```yaml\n") + "```yaml\n".length();

        Catalog catalog = reader.read(page.substring(start, page.indexOf("```", start)));

        assertThat(catalog.services().values())
                .containsExactly(
                        new Service(
                                "cart",
                                "shop/cart",
                                "shop/cart",
                                "production",
                                new Workload(Workload.Kind.DEPLOYMENT, "cart", ""),
                                "cart",
                                new TreeSet<>()),
                        new Service(
                                "pay",
                                "payments/pay",
                                "payments/pay",
                                "production",
                                new Workload(Workload.Kind.STATEFUL_SET, "pay", "app"),
                                "money",
                                new TreeSet<>(List.of("cart"))));
    }

    @Test
    void shouldTakeBuiltInDefaultsWhereTheCatalogHasNone() {
        assertThat(reader.read("services: {cart: {}}").service("cart"))
                .isEqualTo(new Service(
                        "cart",
                        "cart",
                        "cart",
                        "production",
                        new Workload(Workload.Kind.DEPLOYMENT, "cart", ""),
                        "cart",
                        new TreeSet<>()));
    }

    @Test
    void shouldTakeScalarsAsTheyAreWritten() {
        Catalog catalog =
                reader.read("services: {on: {productionTag: 1.10, dependsOn: [007]}, 007: {productionTag: yes}}");

        assertThat(catalog.service("on").productionTag()).isEqualTo("1.10");
        assertThat(catalog.service("on").dependsOn()).containsExactly("007");
        assertThat(catalog.service("007").productionTag()).isEqualTo("yes");
    }

    @Test
    void shouldReadAliases() {
        Catalog catalog = reader.read("services: {a: {dependsOn: &d [c]}, b: {dependsOn: *d}, c: }");

        assertThat(catalog.service("b").dependsOn()).containsExactly("c");
    }

    @Test
    void shouldReportEverythingAtOnceInTheOrderOfLines() {
        String yaml = """
            defaults:
              production: "shop/{name}"
            services:
              Cart: {}
              pay:
                dve: payments/pay
                workload: Widget/pay
                group: A_B
                dependsOn: [pya, {a: b}]
              cart: text
              front:
                dev: [a]
                productionTag: -1
              pay: {}
            owner: me
            """;

        assertThat(reader.check(yaml))
                .extracting(problem -> problem.toString().replaceAll("; (known|expected) .*", ""))
                .containsExactly(
                        "line 2, column 15, $.defaults.production: Not a valid repository: 'shop/{name}'",
                        "line 4, column 3, $.services.Cart: property 'Cart' name is not valid:"
                                + " a name has lower case letters, digits and inner hyphens only",
                        "line 6, column 10, $.services.pay.dve: is not known here",
                        "line 7, column 15, $.services.pay.workload: Unknown kind 'Widget' of workload 'Widget/pay'",
                        "line 8, column 12, $.services.pay.group:"
                                + " a name has lower case letters, digits and inner hyphens only",
                        "line 9, column 17, $.services.pay.dependsOn[0]: there is no service 'pya'",
                        "line 9, column 22, $.services.pay.dependsOn[1]: must be the name of a service",
                        "line 10, column 9, $.services.cart:"
                                + " a service is a map of its settings, or nothing where the defaults fit",
                        "line 12, column 5, $.services.front.dev: must be text",
                        "line 13, column 20, $.services.front.productionTag: Not a valid tag: '-1'",
                        "line 14, column 3, $.services.pay: 'pay' is there already, on line 5",
                        "line 15, column 8, $.owner: is not known here");
    }

    @Test
    void shouldThrowWithAllProblems() {
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> reader.read("services:\n  a: {dependsOn: [x]}\n  b: {dev: B}\n"))
                .withMessage("The catalog has 2 problems:"
                        + "\nline 2, column 19, $.services.a.dependsOn[0]: there is no service 'x'"
                        + "\nline 3, column 12, $.services.b.dev: Not a valid repository: 'B'")
                .extracting(EngineException::kind)
                .isEqualTo(FailureKind.INVALID_INPUT);
    }

    @Test
    void shouldNotDrownTheReaderInProblems() {
        String yaml = "services:\n"
                + IntStream.range(0, 1_000)
                        .mapToObj(i -> "  s" + i + ": {dev: " + "X".repeat(2_000) + "}\n")
                        .collect(Collectors.joining());

        assertThat(reader.check(yaml))
                .hasSize(1_000)
                .allSatisfy(p -> assertThat(p.message()).hasSizeLessThan(500));
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> reader.read(yaml))
                .withMessageContaining("1000 problems")
                .withMessageEndingWith("… and 950 more");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        a: {workload: Deployment/x}       | b: {workload: Deployment/x}       | Deployment/x belongs to service 'a'
        a: {workload: Deployment/x/app}   | b: {workload: Deployment/x/app}   | Deployment/x/app belongs to service 'a'
        a: {workload: Deployment/x}       | b: {workload: Deployment/x/app}   | Deployment/x/app belongs to service 'a'
        a: {workload: Deployment/x/app}   | b: {workload: Deployment/x}       | Deployment/x belongs to service 'a'
        a: {production: x}                | b: {production: x}                | x:production belongs to service 'a'
        a: {production: b}                | b: {}                             | b:production belongs to service 'a'
        """)
    void shouldReportTwoServicesInOnePlace(String first, String second, String message) {
        assertThat(reader.check("services:\n  " + first + "\n  " + second + "\n"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.line()).isEqualTo(3);
                    assertThat(problem.message()).startsWith(message).endsWith("on line 2");
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        a: {workload: Deployment/x/app}   | b: {workload: Deployment/x/sidecar}
        a: {workload: Deployment/x}       | b: {workload: StatefulSet/x}
        a: {production: x}                | b: {production: x, productionTag: live}
        a: {dev: x}                       | b: {dev: x}
        """)
    void shouldAllowWhatIsNotOnePlace(String first, String second) {
        assertThat(reader.check("services:\n  " + first + "\n  " + second + "\n"))
                .isEmpty();
    }

    @Test
    void CAT_2_shouldBearServicesThatCallEachOther() {
        String yaml = """
            services:
              a: {dependsOn: [b]}
              b: {dependsOn: [d, c]}
              c: {dependsOn: [a]}
              d: {}
              e: {dependsOn: [e]}
            """;

        assertThat(reader.check(yaml)).isEmpty();
        assertThat(reader.read(yaml).connected(List.of("c"))).contains("a", "b");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "null", textBlock = """
        ''                                       | 1 | 1  | empty
        '# nothing'                              | 1 | 1  | empty
        'services: ['                            | 1 | 12 | not YAML
        '  a: b\n c: d'                          | 2 | 2  | not YAML
        'services: {a: }\n---\nservices: {b: }'  | 2 | 1  | a single document
        'services: {a: *x}'                      | 1 | 15 | undefined alias x
        'services: {a: !java.net.URL x}'         | 1 | 15 | the tag !java.net.URL is not supported
        'services: {a: &a {dependsOn: [*a]}}'    | 1 | 1  | nested deeper
        '[services]'                             | 1 | 1  | a catalog is a map
        'services:'                              | 1 | 1  | services are a map
        'services: {}'                           | 1 | 1  | needs at least one service
        'defaults: {}'                           | 1 | 1  | '''services'' is missing'
        """)
    void shouldSayWhereADocumentCannotBeUsed(String yaml, int line, int column, String message) {
        assertThat(reader.check(yaml == null ? "" : yaml.replace("\\n", "\n"))).anySatisfy(problem -> {
            assertThat(problem.message()).contains(message);
            assertThat(List.of(problem.line(), problem.column())).isEqualTo(List.of(line, column));
        });
    }

    @Test
    void shouldRefuseAliasesThatExpandWithoutEnd() {
        StringBuilder laughs = new StringBuilder("services:\n  a0: &a0 {dependsOn: [x, x, x, x, x, x, x, x, x, x]}\n");
        for (int i = 1; i < 12; i++) {
            laughs.append(String.format("  a%d: &a%d [%s]%n", i, i, ("*a" + (i - 1) + ", ").repeat(4)));
        }

        assertThat(reader.check(laughs.toString()))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).contains("aliases make it larger"));
    }

    @Test
    void shouldRefuseATextThatIsLongerThanAllowedUnread() {
        assertThat(new CatalogReader(100).check("services:\n" + "  # comment\n".repeat(100)))
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.message()).isEqualTo("has 1210 characters; at most 100 are read"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/", "aa--", "-", "a.b/", "{service}"})
    void shouldRefuseHugeValuesQuicklyWithoutFailing(String part) {
        String yaml = "services: {a: {dev: \"" + part.repeat(200_000) + "\", group: \"" + part.repeat(200_000) + "\"}}";

        assertThat(reader.check(yaml)).isNotEmpty();
    }

    @Test
    void shouldReadThousandsOfServices() {
        Catalog catalog = reader.read(services(5_000));

        assertThat(catalog.services()).hasSize(5_000);
        assertThat(catalog.connected(List.of("service-0"))).hasSize(5_000);
    }

    /** A chain, so that the search for cycles goes as deep as it can. */
    static String services(int count) {
        return "defaults: {dev: \"shop/{service}\", production: \"shop/{service}\"}\nservices:\n"
                + IntStream.range(0, count)
                        .mapToObj(i -> "  service-" + i + ":\n    workload: StatefulSet/service-" + i + "/app\n"
                                + "    group: group-" + i % 100 + "\n"
                                + (i + 1 < count ? "    dependsOn: [service-" + (i + 1) + "]\n" : ""))
                        .collect(Collectors.joining());
    }

    /** A Jenkins plugin's threads may have any context class loader, and a controller any language. */
    @Test
    void shouldNotDependOnTheThreadsClassLoaderOrTheLocale() {
        Thread thread = Thread.currentThread();
        ClassLoader loader = thread.getContextClassLoader();
        Locale locale = Locale.getDefault();
        try {
            thread.setContextClassLoader(null);
            Locale.setDefault(Locale.GERMANY);
            assertThat(new CatalogReader().check("services: {Cart: }"))
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.message()).contains("name is not valid"));
        } finally {
            thread.setContextClassLoader(loader);
            Locale.setDefault(locale);
        }
    }

    @Test
    void CAT_1_everyServiceHasATagOfItsOwnInASharedRepository() {
        Catalog shared = reader.read(
                "defaults: {dev: acme/demo, production: acme/demo, productionTag: \"production-{service}\"}\n"
                        + "services: {cart: , pay: }\n");
        assertThat(shared.tags(Optional.of("latest-{service}")))
                .containsEntry("cart", "latest-cart")
                .containsEntry("pay", "latest-pay");
        assertThat(shared.tags(Optional.of("latest"))).containsEntry("cart", "latest");
        assertThatThrownBy(() -> shared.tags(Optional.empty()))
                .hasMessageContaining("cart and pay share the dev repository acme/demo")
                .hasMessageContaining("latest-{service}");
        assertThatThrownBy(() -> shared.tags(Optional.of("no tag"))).hasMessageContaining("no tag");
        assertThat(reader.read("services: {cart: , pay: }\n").tags(Optional.empty()))
                .containsEntry("pay", "latest");
    }

    /** Said in vain, so told; but it keeps nobody from using the rest. */
    @Test
    void aKindThatNoWorkloadIsOfIsDoubtedWhereItIsDescribed() {
        String kinds = "kinds:\n  CloneSet: {apiVersion: apps.kruise.io/v1alpha1}\n"
                + "  Function: {apiVersion: example.org/v1, template: spec.runtime}\n";

        assertThat(reader.doubts(kinds + "services: {cart: {workload: CloneSet/cart}}"))
                .singleElement()
                .hasToString("line 3, column 3, $.kinds.Function: no workload is of the kind Function");
        assertThat(reader.check(kinds + "services: {cart: {workload: CloneSet/cart}}"))
                .isEmpty();
        assertThat(reader.doubts(kinds + "services: {cart: {workloads: [CloneSet/cart, Function/cart]}}"))
                .isEmpty();
        assertThat(reader.doubts(kinds + "services: {cart: {workload: Nothing/cart}}"))
                .as("problems come first")
                .isEmpty();
        assertThat(reader.doubts("")).isEmpty();
    }

    @Test
    void writtenOnWindowsOrByAToolItIsTheSameCatalog() {
        String plain = "defaults: {dev: \"shop/{service}\"}\nservices:\n  cart:\n    dependsOn: [pay]\n  pay:\n";
        Catalog catalog = reader.read(plain);

        assertThat(reader.read(plain.replace("\n", "\r\n"))).isEqualTo(catalog);
        assertThat(reader.read("\uFEFF" + plain)).isEqualTo(catalog);
        assertThat(reader.read("---\n" + plain + "...\n")).isEqualTo(catalog);
        assertThat(reader.check(plain.replace("[pay]", "[play]").replace("\n", "\r\n")))
                .singleElement()
                .asString()
                .startsWith("line 4, column 17, $.services.cart.dependsOn[0]: there is no service 'play'");
    }

    @Test
    void aSecondDocumentIsNamedWithItsLine() {
        assertThat(reader.check("services: {cart: }\n---\n"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.line()).isEqualTo(2));
        assertThat(reader.check("services: {cart: }\n---\nservices: {pay: }\n"))
                .singleElement()
                .asString()
                .contains("line 2", "another document");
    }

    @Test
    void badInput_aKeyThatIsThereTwiceIsNamedWhereItIsTheSecondTime() {
        assertThat(reader.check("services:\n  cart: {group: a}\n  pay:\n  cart: {group: b}\n"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.line()).isEqualTo(4))
                .asString()
                .contains("cart");
    }

    /** Each of the issue's sentences about parts, by its place. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "services: {a: {workload: Nope/a}} | line 1, column 26, $.services.a.workload: Unknown kind 'Nope'",
                "services: {a: {workload: Deployment/a/B}} | Not a valid container in workload 'Deployment/a/B'",
                "kinds: {F: {apiVersion: e.org/v1, template: a..b}}#services: {a: } | $.kinds.F.template: is no path",
                "kinds: {F: {apiVersion: e.org/v1, template: /a/b}}#services: {a: } | $.kinds.F.template: is no path",
                "kinds: {F: {apiVersion: nope}}#services: {a: } | $.kinds.F.apiVersion: must be group/version",
                "groups: {g: {contracts: block}}#services: {a: } | $.groups.g: no service is in this group",
                "services: {a: {workload: D/{x}}} | line 1"
            })
    void badInput_namesThePlace(String yaml, String told) {
        assertThat(reader.check(yaml.replace("#", "\n")))
                .isNotEmpty()
                .first()
                .asString()
                .contains(told);
    }
}
