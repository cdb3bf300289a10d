package io.jenkins.plugins.releasetrain.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.config.Checks.Checked;
import io.jenkins.plugins.releasetrain.config.FirstSteps.Shown;
import io.jenkins.plugins.releasetrain.config.FirstSteps.Step;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/** people.md 3.7: what is next where nothing is configured, and what was asked last. */
class FirstStepsTest {
    private final Draft draft = new Draft();

    private Step next() {
        return FirstSteps.of(draft, () -> false).stream()
                .filter(Shown::isNext)
                .map(Shown::step)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void oneStepAfterTheOtherUntilATestRelease() {
        assertThat(next()).isEqualTo(Step.DEV);
        RegistryConfiguration production = new RegistryConfiguration("production", "production.example");
        production.setRole(RegistryRole.PRODUCTION);
        draft.setRegistries(List.of(production));
        assertThat(next()).as("in order, whatever is there already").isEqualTo(Step.DEV);
        draft.setRegistries(List.of(new RegistryConfiguration("dev", "dev.example"), production));
        assertThat(next()).isEqualTo(Step.CATALOG);
        draft.setCatalogs(List.of(new CatalogConfiguration("shop", "dev", "production")));
        assertThat(next()).isEqualTo(Step.ENVIRONMENT);
        draft.setEnvironments(List.of(new EnvironmentConfiguration("staging", "staging")));
        assertThat(next()).isEqualTo(Step.TRAIN);
        assertThat(FirstSteps.of(draft, () -> false))
                .extracting(Shown::getAddress)
                .contains("trains/_new/");
        draft.setTrains(List.of(new TrainConfiguration("shop", "shop", "staging")));

        Shown last = FirstSteps.of(draft, () -> false).get(5);
        assertThat(last.isNext()).isTrue();
        assertThat(last.getCode()).contains("monoRelease(train: 'shop'", "promote: false");
        assertThat(last.getAddress()).isEmpty();
    }

    @Test
    void whoHasRiddenOrRunsLanesNeedsNone() {
        assertThat(FirstSteps.of(draft, () -> true))
                .as("nothing is configured, whatever was")
                .isNotEmpty();
        draft.setTrains(List.of(new TrainConfiguration("shop", "shop", "staging")));
        assertThat(FirstSteps.of(draft, () -> true)).isEmpty();
        draft.setTrains(List.of());
        EnvironmentConfiguration cd = new EnvironmentConfiguration("cd", "cd");
        cd.setCatalog("shop");
        draft.setEnvironments(List.of(cd));
        assertThat(FirstSteps.of(draft, () -> false)).isEmpty();
    }

    @Test
    void anAnswerIsOfTheEntryAsItWasAsked() {
        Checks checks = new Checks();
        Checked answer = new Checked("v1", false, "no", Instant.EPOCH);
        checks.put(EntryKind.REGISTRIES, "dev", answer);

        assertThat(checks.of(EntryKind.REGISTRIES, "dev", "v1")).contains(answer);
        assertThat(checks.of(EntryKind.REGISTRIES, "dev", "v2"))
                .as("changed since")
                .isEmpty();
        assertThat(checks.of(EntryKind.ENVIRONMENTS, "dev", "v1")).isEmpty();
    }

    @Test
    void momentsAreThoseOfTheClockOnTheWall() {
        Clock clock = Clock.fixed(Instant.parse("2026-11-29T12:00:00Z"), ZoneOffset.UTC);
        ZoneId berlin = ZoneId.of("Europe/Berlin");

        assertThat(Moments.text(Instant.parse("2026-11-29T10:15:30.5Z"), clock, berlin))
                .isEqualTo("11:15 CET");
        assertThat(Moments.text(Instant.parse("2026-06-01T10:15:30Z"), clock, berlin))
                .isEqualTo("2026-06-01 12:15 CEST");
    }
}
