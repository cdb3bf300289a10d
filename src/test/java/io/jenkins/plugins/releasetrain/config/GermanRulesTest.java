package io.jenkins.plugins.releasetrain.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.catalog.CatalogReader;
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
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What checks of the forms say to who reads German. */
class GermanRulesTest {
    private static final Path SOURCES = Path.of(System.getProperty("repository.root", "."), "src/main");

    private final Sentences german = new Sentences(text());

    /** As Jenkins reads it, whose locale there is none of here. */
    private static String text() {
        Properties all = new Properties();
        // The build without Jenkins has the plugin's resources as files alone.
        Path file = SOURCES.resolve("resources/io/jenkins/plugins/releasetrain/labels/Labels_de.properties");
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

    static Stream<String> answers() {
        return Stream.of(
                "Cannot ask whether registry r.example lets us in at r.example: GET /v2/ answered 401 (UNAUTHORIZED: who"
                        + " are you. Nobody). Check the credentials configured for this registry.",
                "Cannot list the tags of shop/cart at r.example: GET /v2/shop/cart/tags/list could not connect. Check that"
                        + " the registry runs and can be reached.",
                "Cannot list the tags of shop/cart at r.example: GET /v2/ could not connect. Check that proxy p.example:3128"
                        + " runs, and that it may reach the registry.",
                "Cannot list the tags of shop/cart at r.example: GET /v2/ lost the connection: Tunnel failed, got: 503."
                        + " Check that proxy p.example:3128 runs, and that it may reach the registry.",
                "Cannot list the tags of shop/cart at r.example: HEAD /v2/ answered 407. Java tells a proxy no password on"
                        + " the way to an https address: start Jenkins with"
                        + " -Djdk.http.auth.tunneling.disabledSchemes= (nothing behind it). If it is, the proxy wants"
                        + " other credentials.",
                "Cannot list the tags of shop/cart at r.example: GET /v2/ failed in the TLS handshake: PKIX. Add the"
                        + " authority that signed the registry's certificate to its trusted certificates, or, if it only"
                        + " speaks plain HTTP, opt in to that for this registry.",
                "Cannot list the tags of shop/cart at r.example: GET /v2/ lost the connection in the TLS handshake: reset."
                        + " Check that the registry runs and can be reached, and that it does not speak plain HTTP only.",
                "Cannot list the tags of shop/cart at r.example: GET /v2/ failed in the TLS handshake: PKIX. Its"
                        + " certificate has expired: renew it.",
                "Cannot list the tags of shop/cart at r.example: GET /v2/ failed in the TLS handshake: No name. Its"
                        + " certificate is one of another host: configure the registry by a name that the certificate has,"
                        + " or renew it with this one.",
                "Cannot list the tags of shop/cart at r.example: GET /v2/ answered 403 (DENIED: read only mode)."
                        + " It takes no changes for now, as while it collects garbage or is maintained; they may succeed"
                        + " later.",
                "Cannot get a token for repository:shop/cart:pull of registry r.example at auth.example: GET /token"
                        + " answered 403. Give the configured account the right to repository:shop/cart:pull.",
                "The registry answers and knows this account, but shows it no shop/cart: either it does not exist yet, or"
                        + " the account lacks the right (it answered 403)",
                "Credentials 'dev' (username with password) of registry 'dev' were not found where they may come from;"
                        + " create them there, or choose others",
                "Cannot ask whether the account may list pods in namespace cd: HTTP 401: Unauthorized. Check the"
                        + " environment's credentials",
                "The kubeconfig of environment 'cd' would run a program or read files on the controller, which it may not:"
                        + " instead of 'exec' write 'token'; instead of 'client-key' write 'client-key-data'. For a"
                        + " service account, use its token: 'kubectl create token' or a Secret of the type"
                        + " kubernetes.io/service-account-token; or let an administrator allow programs and files for this"
                        + " environment",
                "Could not look at the store: the database is not available (SQL state 08001). Check that the database"
                        + " runs, is reachable, and is not opened by another process: Connection refused",
                "Could not open the store: the database is read-only (SQL state 90097). Let it be written: its file, the"
                        + " file system and the disk below it, or, for a server, the one that is not a standby",
                "Could not write to the store: the database has no room (SQL state 90031). Make"
                        + " room on its disk; it goes on by itself then",
                "Could not open the store: the database cannot read or write its file (SQL state 90028). Check the disk,"
                        + " its file system and the rights of the file; it goes on by itself then",
                "Could not open the store: the database is damaged (SQL state 90030). Put back a backup of it; the"
                        + " damaged one is of no use any more",
                "Could not open the store: the database is an empty file. What it held is gone, as after a full disk: put"
                        + " back a backup of it, or delete it to begin with an empty store",
                "PostgreSQL 14.2 answers; it has tables of version 9; using the store brings them to version 10, 11",
                "PostgreSQL 14.2 answers; it has tables of version 99, which this version of the plugin does not know:"
                        + " upgrade this controller",
                "catalog 'shop': Unknown registry 'dev'; configured are none (Manage Jenkins » Release Train)",
                "environment 'cd': access: takes the permission Overall/Administer, since it says where requests and"
                        + " credentials go to, or who may release",
                "12 services of revision 4be0c1, seen 2026-03-01T10:15:30Z");
    }

    /** What registries, clusters and databases say of themselves stays, in the middle of it. */
    @ParameterizedTest
    @MethodSource("answers")
    void whatRegistriesClustersAndDatabasesAnswer(String english) {
        String said = german.said(english);
        assertThat(said)
                .as(said)
                .doesNotContainPattern("\\b([Tt]he|is|its|not|[Cc]heck|answer(s|ed)|of|with)\\b")
                .doesNotContain("{0}");
    }

    @Test
    void whatRegistriesSayStaysAsItIs() {
        assertThat(german.said("Cannot ask whether registry r.example lets us in at r.example: GET /v2/ answered 401"
                        + " (UNAUTHORIZED: who are you. Nobody). Check the credentials configured for this registry."))
                .isEqualTo("Fehlgeschlagen bei r.example (fragen, ob die Registry r.example uns hereinlässt): GET /v2/"
                        + " ergab 401 (UNAUTHORIZED: who are you. Nobody). Prüfe die für diese Registry"
                        + " konfigurierten Zugangsdaten.");
    }

    /** A name is none of our sentences. */
    @Test
    void whatIsInQuotesStaysAsItIs() {
        assertThat(german.said("there is no service 'must be text'")).isEqualTo("es gibt keinen Dienst 'must be text'");
        assertThat(german.said("x: ".repeat(1_000) + "must be text")).endsWith("must be text");
    }

    @Test
    void everyProblemOfACatalog() {
        String yaml = """
                defaults: {dev: "UPPER CASE", nonsense: 1}
                groups: {idle: {contracts: block}, odd: 1}
                kinds: {deployment: {}, Deployment: {apiVersion: apps/v1}, Set: {apiVersion: "x y", template: "a b"}}
                issues: {pattern: "(", url: "http://x"}
                services:
                  cart: {dependsOn: [none, none], workload: Deployment/cart, workloads: [Deployment/cart]}
                  pay: {workload: "Deployment/cart"}
                  Web: {}
                  mail: {workload: "Nonsense/mail"}
                  mail2: {workload: "Deployment"}
                  mail3: {workload: "Deployment/M", contracts: {severity: warn}}
                  mail4: {contracts: {policy: often}, dependsOn: x}
                  mail4: {}
                """;
        List<String> problems = new ArrayList<>();
        new CatalogReader().check(yaml).forEach(p -> problems.add(p.message()));
        new CatalogReader().check(yaml.replace("  mail4: {}\n", "")).forEach(p -> problems.add(p.message()));

        assertThat(problems).hasSizeGreaterThan(12);
        assertThat(problems.stream().filter(p -> german.said(p).equals(p)).collect(Collectors.joining(" | ")))
                .isEmpty();
        assertThat(german.said("line 3, column 1, $.services: must not be empty"))
                .isEqualTo("Zeile 3, Spalte 1, $.services: darf nicht leer sein");
    }

    @Test
    void everySentenceOfTheCatalogsSchema() throws IOException {
        String schema = Files.readString(
                SOURCES.resolve("resources/io/jenkins/plugins/releasetrain/engine/catalog/catalog.schema.json"));
        List<String> said = Pattern.compile("\"errorMessage\": \\{(.*?)\\}\\s*[,}\\n]", Pattern.DOTALL)
                .matcher(schema)
                .results()
                .flatMap(found -> Pattern.compile("\"\\w+\": \"([^\"]*)\"")
                        .matcher(found.group(1))
                        .results())
                .map(found -> found.group(1).replace("'{'", "{").replace("'}'", "}"))
                .toList();

        assertThat(said)
                .hasSizeGreaterThan(30)
                .allSatisfy(sentence -> assertThat(german.said(sentence)).isNotEqualTo(sentence));
    }

    /** Whoever changes a sentence changes its translation. */
    @Test
    void whatIsTranslatedIsSaid() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file :
                    files.filter(f -> f.toString().matches(".*\\.(java|json)")).toList()) {
                all.append(Files.readString(file));
            }
        }
        String sources = all.toString().replaceAll("\"\\s*\\+\\s*\"", "").replace("''", "'");
        String unknown = text().lines()
                .map(line -> line.strip().split(" => ")[0])
                .flatMap(english -> Stream.of(english.split("\\{\\d}|: |\\. | and less than ")))
                .map(part -> part.strip()
                        .replaceFirst("[:'(]+$", "")
                        .replaceFirst("^[')]+", "")
                        .strip())
                .filter(part -> part.length() > 5 && !isSaid(part, sources))
                .collect(Collectors.joining(" | "));

        assertThat(unknown).isEmpty();
    }

    /** As it is, or put together of several. */
    private static boolean isSaid(String part, String sources) {
        return sources.contains(part)
                || Pattern.compile(" ")
                        .matcher(part)
                        .results()
                        .anyMatch(blank -> sources.contains(part.substring(0, blank.start()))
                                && isSaid(part.substring(blank.end()), sources));
    }
}
