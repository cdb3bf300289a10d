package io.jenkins.plugins.releasetrain.config;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.util.Secret;
import io.jenkins.plugins.releasetrain.engine.catalog.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;

class EntryKindTest {
    private static Draft draft() {
        RegistryConfiguration production = new RegistryConfiguration("production", "production.example");
        production.setRole(RegistryRole.PRODUCTION);
        CatalogConfiguration catalog = new CatalogConfiguration("shop", "dev", "production");
        catalog.setYaml("services: {cart: }");
        EnvironmentConfiguration cd = new EnvironmentConfiguration("cd", "cd");
        cd.setCatalog("shop");
        TrainConfiguration billing = new TrainConfiguration("billing", "shop", "billing");
        billing.setMoreEnvironments("staging-2");
        Draft draft = new Draft();
        draft.setRegistries(List.of(new RegistryConfiguration("dev", "dev.example"), production));
        draft.setCatalogs(List.of(catalog));
        draft.setEnvironments(List.of(
                new EnvironmentConfiguration("staging", "staging"),
                new EnvironmentConfiguration("staging-2", "staging-2"),
                new EnvironmentConfiguration("billing", "billing"),
                cd));
        draft.setTrains(List.of(new TrainConfiguration("shop", "shop", "staging"), billing));
        return draft;
    }

    @Test
    void oneEntryIsReplacedWhereItStandsAndTheOthersAreTheSameObjects() {
        Draft draft = draft();
        List<TrainConfiguration> before = draft.getTrains();
        TrainConfiguration next = new TrainConfiguration("shop", "shop", "staging");

        EntryKind.TRAINS.put(draft, "shop", next);

        assertThat(draft.getTrains()).containsExactly(next, before.get(1));
        assertThat(draft.getTrains().get(0)).isSameAs(next);
        assertThat(draft.getTrains().get(1)).isSameAs(before.get(1));
        EntryKind.TRAINS.put(draft, "", new TrainConfiguration("new", "shop", "cd"));
        assertThat(EntryKind.TRAINS.names(draft)).containsExactly("shop", "billing", "new");
        EntryKind.TRAINS.remove(draft, "billing");
        assertThat(EntryKind.TRAINS.names(draft)).containsExactly("shop", "new");
    }

    @Test
    void whatIsUsedSaysByWhom() {
        Draft draft = draft();

        assertThat(EntryKind.ENVIRONMENTS.users(draft, "staging-2")).containsExactly("train 'billing'");
        assertThat(EntryKind.ENVIRONMENTS.users(draft, "cd")).isEmpty();
        assertThat(EntryKind.CATALOGS.users(draft, "shop"))
                .containsExactly("train 'shop'", "train 'billing'", "environment 'cd'");
        assertThat(EntryKind.REGISTRIES.users(draft, "dev")).containsExactly("catalog 'shop'");
        assertThat(EntryKind.TRAINS.users(draft, "shop")).isEmpty();
    }

    @Test
    void aVersionIsOfOneEntryAndAnyFieldOfItMakesAnother() {
        Draft draft = draft();
        String shop = ConfigurationParts.of(draft, String::valueOf).version("train", "shop");
        String billing = ConfigurationParts.of(draft, String::valueOf).version("train", "billing");
        TrainConfiguration next = new TrainConfiguration("shop", "shop", "staging");
        next.setLargestBatch(7);
        EntryKind.TRAINS.put(draft, "shop", next);
        ConfigurationParts after = ConfigurationParts.of(draft, String::valueOf);

        assertThat(after.version("train", "shop")).isNotEqualTo(shop).isNotEmpty();
        assertThat(after.version("train", "billing")).isEqualTo(billing);
        assertThat(after.version("train", "nowhere")).isEmpty();
    }

    @Test
    void theCodeOfAnEntryHasWhatDiffersAndNoSecret() {
        TrainConfiguration train = new TrainConfiguration("shop", "shop", "staging");
        train.setLargestBatch(7);
        AccessConfiguration access = new AccessConfiguration("shop/*");
        access.setPromote(false);
        train.setAccess(List.of(access));

        assertThat(EntryYaml.of(EntryKind.TRAINS, train)).isEqualTo("""
            releaseTrain:
              trains:
              - name: shop
                catalog: shop
                environment: staging
                access:
                - jobs: shop/*
                  promote: false
                largestBatch: 7
            """);
        assertThat(EntryYaml.of(
                        EntryKind.WEBHOOKS,
                        new WebhookConfiguration("chat", Secret.fromString("https://chat/t0ken"), "id")))
                .contains("name: chat", "credentialsId: id")
                .doesNotContain("t0ken");
    }

    @Test
    void whatDiffersFromTheDefaultIsNamedAlsoWithinParts() {
        TrainConfiguration train = new TrainConfiguration("shop", "shop", "staging");
        assertThat(EntryYaml.differing(train)).isEmpty();

        PolicyConfiguration policy = new PolicyConfiguration();
        policy.setLongestWaitMinutes(7);
        train.setLargestBatch(7);
        train.setPolicy(policy);
        assertThat(EntryYaml.differing(train)).containsExactlyInAnyOrder("largestBatch", "policy.longestWaitMinutes");

        train.setPolicy(new PolicyConfiguration());
        assertThat(EntryYaml.differing(train)).containsExactly("largestBatch");
    }

    private static List<String> check(String yaml, Draft bound) {
        return YamlCheck.of(yaml, json -> bound).stream()
                .map(p -> p.line() + " " + p.path())
                .toList();
    }

    @Test
    void aKeyThatThereIsNotIsFoundByItsLine() {
        String yaml = """
            releaseTrain:
              trains:
                - name: shop
                  largestBtach: 7
                  largestBatch: many
                  install: LATER
                  policy: {failurePercent: '5 %', freezes: [{begin: '0 16 * * 5'}]}
              environments: {}
              chains: []
            """;

        assertThat(check(yaml, draft()))
                .containsExactly(
                        "4 $.releaseTrain.trains[0].largestBtach",
                        "5 $.releaseTrain.trains[0].largestBatch",
                        "6 $.releaseTrain.trains[0].install",
                        "7 $.releaseTrain.trains[0].policy.failurePercent",
                        "7 $.releaseTrain.trains[0].policy.freezes[0].begin",
                        "8 $.releaseTrain.environments",
                        "9 $.releaseTrain.chains");
    }

    @Test
    void aRuleIsToldAtTheEntryThatBreaksIt() {
        String yaml = """
            registries:
              - name: dev
                host: dev.example
              - name: dev
                host: other.example
            trains:
              - name: shop
                catalog: nowhere
                largestBatch: 0
            store:
              host: x
            """;
        Draft bound = draft();
        bound.setRegistries(List.of(
                new RegistryConfiguration("dev", "dev.example"), new RegistryConfiguration("dev", "other.example")));
        TrainConfiguration train = new TrainConfiguration("shop", "nowhere", "staging");
        train.setLargestBatch(0);
        bound.setTrains(List.of(train));
        bound.setCatalogs(List.of());
        bound.setEnvironments(List.of(new EnvironmentConfiguration("staging", "staging")));
        bound.setStore(new StoreConfiguration("db.example/x?y", "x"));

        assertThat(check(yaml, bound))
                .contains("4 $.registries[1]", "7 $.trains[0]", "9 $.trains[0].largestBatch")
                .anyMatch(p -> p.startsWith("10 $.store") || p.startsWith("11 $.store"));
    }

    @Test
    void whatIsNoYamlIsOneProblemAndNothingIsBound() {
        assertThat(YamlCheck.of("trains: [", json -> {
                    throw new AssertionError("bound");
                }))
                .singleElement()
                .extracting(Problem::line)
                .isEqualTo(1);
        assertThat(YamlCheck.of("- a", json -> new Draft())).hasSize(1);
        assertThat(YamlCheck.of("", json -> new Draft())).isEmpty();
    }
}
