package io.jenkins.plugins.releasetrain.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import hudson.util.Secret;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private final RegistryConfiguration dev = new RegistryConfiguration("dev", "dev.example");
    private final RegistryConfiguration production = new RegistryConfiguration("production", "production.example");
    private final CatalogConfiguration catalog = new CatalogConfiguration("shop", "dev", "production");
    private final EnvironmentConfiguration staging = new EnvironmentConfiguration("staging", "staging");
    private final TrainConfiguration train = new TrainConfiguration("shop", "shop", "staging");

    private Draft draft() {
        production.setRole(RegistryRole.PRODUCTION);
        catalog.setYaml("services: {cart: }");
        Draft draft = new Draft();
        draft.setRegistries(List.of(dev, production));
        draft.setCatalogs(List.of(catalog));
        draft.setEnvironments(List.of(staging));
        draft.setTrains(List.of(train));
        return draft;
    }

    private static List<String> problems(Draft draft) {
        try {
            Settings.of(draft);
            return List.of();
        } catch (Settings.Problems e) {
            return e.all();
        }
    }

    @Test
    void aDraftInWhichEverythingFitsBecomesSettings() throws Exception {
        Settings settings = Settings.of(draft());

        assertThat(settings.train("shop")).isSameAs(train);
        assertThat(settings.store()).isEmpty();
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> settings.environment("cd"))
                .withMessageContaining("configured are staging");
    }

    /** What a promotion left half done is undone at the registry of its host, by whatever name that is configured. */
    @ParameterizedTest
    @CsvSource({
        "registry-1.docker.io, docker.io",
        "index.docker.io, docker.io",
        "Production.Example:443, production.example",
        "production.example, PRODUCTION.example:443"
    })
    void I6_aPromotionFindsItsRegistryHoweverItsHostIsWritten(String configured, String host) throws Exception {
        RegistryConfiguration written = new RegistryConfiguration("production", configured);
        written.setRole(RegistryRole.PRODUCTION);
        Draft draft = draft();
        draft.setRegistries(List.of(dev, written));

        assertThat(Settings.of(draft).productionAt(host)).contains(written);
        assertThat(Settings.of(draft).productionAt("other.example")).isEmpty();
    }

    @Test
    void B33_aProbeThatCouldProveNothingIsToldByItsField() {
        staging.setProbe(new ProbeConfiguration("/whoami", "{candidate}"));
        assertThat(problems(draft())).singleElement().asString().contains("'staging'", "probe:", "base URL");
        staging.setBaseUrl("https://shop.example");
        assertThat(problems(draft())).isEmpty();
        staging.setProbe(new ProbeConfiguration("whoami", "ok"));
        assertThat(problems(draft())).singleElement().asString().contains("probe: 'whoami' is no path");
        staging.setProbe(new ProbeConfiguration("/whoami", "ok"));
        assertThat(problems(draft())).singleElement().asString().contains("does not tell a candidate");
    }

    @Test
    void B8_allProblemsAreToldAtOnceAndBuildAndFormAlike() {
        train.setMovingTags("[");
        train.setLargestBatch(0);
        train.setVoidsBeforePause(0);
        train.setMemoHours(-1);
        train.setSuite("s".repeat(201));
        staging.setLeaseSeconds(5);
        staging.setRolloutSeconds(Integer.MAX_VALUE);
        staging.setFaultRules("waiting | X | 0 | now | mine | ");
        staging.setCatalog("nowhere");
        PolicyConfiguration policy = new PolicyConfiguration();
        policy.setInnocencePercent(100);
        policy.setTestMinutes(0);
        policy.setDepartures(List.of(new DepartureConfiguration("0 0 30 2 *")));
        policy.setGraceMinutes(-1);
        policy.setHotfix(0);
        train.setPolicy(policy);
        Draft draft = draft();
        draft.setRegistries(List.of(dev, dev, production));
        draft.setHistory(new HistoryConfiguration(0));

        assertThat(String.join("\n", problems(draft)))
                .contains(
                        "there are two of registry 'dev'",
                        "movingTags: Not a regular expression",
                        "largestBatch is 0",
                        "voidsBeforePause is 0",
                        "memoHours is -1",
                        "suite: It has 201 characters; at most 200",
                        "leaseSeconds is 5",
                        "rolloutSeconds is 2147483647",
                        "faultRules: Fault rule",
                        "fault is 'mine', not one of image, environment, unknown",
                        "Unknown catalog 'nowhere'",
                        "innocencePercent is 100",
                        "testMinutes is 0",
                        "The departure '0 0 30 2 *' does not come within 366 days",
                        "graceMinutes is -1",
                        "hotfix is 0",
                        "history: months is 0");
    }

    /** As a renamed service leaves it behind: its owners would be told only when they cannot release. */
    @Test
    void aPatternThatMatchesNothingIsToldAndRefusesNothing() throws Exception {
        AccessConfiguration cart = new AccessConfiguration("shop/cart");
        cart.setServices("cart, crat, pay-*");
        AccessConfiguration all = new AccessConfiguration("shop/all");
        train.setAccess(List.of(cart, all));
        staging.setAccess(List.of(cart));
        Draft draft = draft();
        catalog.setYaml("kinds: {CloneSet: {apiVersion: apps.kruise.io/v1alpha1}}\nservices: {cart: , pay-api: }");

        Settings settings = Settings.of(draft);

        assertThat(ConfigurationDoubts.of(settings))
                .containsExactly(
                        "catalog 'shop': line 1, column 9, $.kinds.CloneSet: no workload is of the kind CloneSet",
                        "train 'shop': access: no service of catalog 'shop' is called 'crat', which the jobs shop/cart"
                                + " may bring",
                        "environment 'staging': access: no service of catalog 'shop' is called 'crat', which the jobs"
                                + " shop/cart may bring");
        assertThat(ConfigurationDoubts.idle(settings, "shop", cart.rule())).containsExactly("crat");
        assertThat(ConfigurationDoubts.idle(settings, "elsewhere", cart.rule())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.example:8098",
                "https://user:secret@k8s.example",
                "ftp://k8s.example",
                "k8s.example",
                "https://",
                "http://127.0.0.1.evil.example"
            })
    void S5_anApiServerIsNotCalledInPlainHttp(String url) {
        staging.setServerUrl(url);
        assertThat(problems(draft())).hasSize(1).allMatch(p -> p.contains("serverUrl") && !p.contains("secret"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://k8s.example:6443", "http://127.0.0.1:8001", "http://localhost:8001"})
    void anApiServerIsCalledByTlsOrByAProxyOnThisMachine(String url) {
        staging.setServerUrl(url);
        assertThat(problems(draft())).isEmpty();
    }

    @Test
    void S1_theStoreIsTakenByFieldsAndAHarmlessOldUrlIsRead() {
        Draft draft = draft();
        StoreConfiguration store = new StoreConfiguration(null, null);
        store.setJdbcUrl("jdbc:postgresql://db.example:6432/releases?sslmode=require&socketTimeout=30");
        draft.setStore(store);

        assertThat(problems(draft)).isEmpty();
        assertThat(store.getHost()).isEqualTo("db.example");
        assertThat(store.getPort()).isEqualTo(6432);
        assertThat(store.getProperties()).isEqualTo("socketTimeout=30");
        assertThat(store.getJdbcUrl())
                .as("it is written by fields from then on")
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:h2:mem:x;INIT=CREATE ALIAS P FOR 'java.lang.System.setProperty'",
                "jdbc:h2:/srv/x",
                "jdbc:postgresql://db.example/x?socketFactory=Evil",
                "jdbc:postgresql://db.example/x?password=hunter2"
            })
    void S1_anOldUrlThatCouldDoMoreIsRefusedWithWordsOfOurOwn(String url) {
        Draft draft = draft();
        StoreConfiguration store = new StoreConfiguration("db.example", "releases");
        store.setJdbcUrl(url);
        draft.setStore(store);

        assertThat(problems(draft)).hasSize(1).allMatch(p -> p.startsWith("store: ") && !p.contains("hunter2"));
    }

    /** Builds that wait go on waiting, and their environments stay locked by those who have them. */
    @Test
    void B8_aFileThatDoesNotFitIsWorthARetryToThoseWhoWait() {
        Settings settings = Settings.unusable(new Settings.Problems(List.of("store: nonsense")));

        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> settings.train("shop"))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE));
    }

    /** Else everything that waits would end cancelled half a minute after an upgrade that cannot read the file. */
    @Test
    void B8_I8_noTrainAndNoEnvironmentIsTakenForRemovedWhileTheFileDoesNotFit() {
        Settings settings = Settings.unusable(new Settings.Problems(List.of("store: nonsense")));

        for (Runnable question : List.<Runnable>of(() -> settings.hasTrain("shop"), () -> settings.takesLanes("cd"))) {
            assertThatExceptionOfType(EngineException.class)
                    .isThrownBy(question::run)
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE));
        }
    }

    @Test
    void B5_numbersThatAreNoneAreSeenInTheFormItself() {
        Object form = Map.of(
                "trains",
                List.of(Map.of("name", "abc", "largestBatch", "abc", "memoHours", "99999999999", "suite", "")),
                "environments",
                Map.of("leaseSeconds", "", "rolloutSeconds", " 600 "),
                "catalogs",
                Map.of("scm", Map.of("minutes", "1.5", "source", Map.of("port", "any"))));

        assertThat(FormNumbers.problems(form))
                .containsExactlyInAnyOrder(
                        "largestBatch: 'abc' is not a whole number that fits",
                        "memoHours: '99999999999' is not a whole number that fits",
                        "leaseSeconds: '' is not a whole number that fits",
                        "minutes: '1.5' is not a whole number that fits");
    }

    private List<String> guarded(Consumer<Draft> change) {
        Draft before = draft();
        ConfigurationParts then = ConfigurationParts.of(before, String::valueOf);
        Draft after = before.copy();
        change.accept(after);
        return ConfigurationParts.of(after, String::valueOf).guardedSince(then);
    }

    @Test
    void S5_hostsCredentialsAndTheStoreAreAnAdministratorsAlone() {
        assertThat(guarded(d -> d.setRegistries(List.of(dev, new RegistryConfiguration("production", "evil.example")))))
                .hasSize(1)
                .allMatch(p -> p.contains("registry production") && p.contains("Overall/Administer"));
        assertThat(guarded(d -> d.setStore(new StoreConfiguration("evil.example", "x"))))
                .hasSize(1);
        assertThat(guarded(d -> d.setWebhooks(
                        List.of(new WebhookConfiguration("w", Secret.fromString("https://evil.example"), "id")))))
                .hasSize(1);
        EnvironmentConfiguration moved = new EnvironmentConfiguration("staging", "staging");
        moved.setServerUrl("https://evil.example");
        moved.setCredentialsId("any");
        assertThat(guarded(d -> d.setEnvironments(List.of(moved))))
                .hasSize(1)
                .allMatch(p -> p.contains("environment staging, credentialsId, serverUrl"));
        assertThat(guarded(d -> d.setEnvironments(List.of()))).hasSize(1);
    }

    @Test
    void S5_theRestIsReleaseConfigures() {
        EnvironmentConfiguration slower = new EnvironmentConfiguration("staging", "staging");
        slower.setRolloutSeconds(900);
        TrainConfiguration other = new TrainConfiguration("shop", "shop", "staging");
        other.setLargestBatch(4);
        assertThat(guarded(d -> {
                    d.setEnvironments(List.of(slower));
                    d.setTrains(List.of(other));
                }))
                .isEmpty();
        assertThat(guarded(d -> d.setTrains(List.of()))).isEmpty();
    }
}
