package io.jenkins.plugins.releasetrain.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy of JENKINS_HOME that shares the store. */
class TwinsTest {
    @TempDir
    private Path folder;

    private Store store;
    private Instant now = Instant.parse("2026-11-28T10:00:00Z");
    private boolean away;

    @BeforeEach
    void open() {
        store = SqlStore.open(StoreSettings.h2(folder));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Twins at(String place) {
        Clock clock = new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now;
            }
        };
        return new Twins(this::store, () -> "abc", () -> place, clock);
    }

    private Store store() {
        if (away) {
            throw new EngineException(FailureKind.UNAVAILABLE, "The database is away");
        }
        return store;
    }

    @Test
    void aCopyStaysQuietAsLongAsTheOtherGoesOn() {
        Twins first = at("ci-1:/var/jenkins_home");
        Twins copy = at("ci-2:/var/jenkins_home");

        assertThat(first.isAnotherOneActive()).isFalse();
        assertThat(copy.isAnotherOneActive()).isTrue();
        assertThat(copy.trouble()).hasValueSatisfying(why -> assertThat(why).contains("give it a store of its own"));
        for (int i = 0; i < 10; i++) {
            now = now.plus(Duration.ofSeconds(60));
            assertThat(first.isAnotherOneActive()).isFalse();
            assertThat(copy.isAnotherOneActive()).isTrue();
        }

        now = now.plus(Duration.ofMinutes(3));
        assertThat(copy.isAnotherOneActive()).isFalse();
        assertThat(copy.trouble()).isEmpty();
    }

    @Test
    void aRestartInTheSamePlaceGoesOnAtOnce() {
        assertThat(at("ci-1:/var/jenkins_home").isAnotherOneActive()).isFalse();

        assertThat(at("ci-1:/var/jenkins_home").isAnotherOneActive()).isFalse();
    }

    /** A container that is made anew has another name each time. */
    @Test
    void aControllerThatEndsGivesItsIdentityBack() {
        Twins first = at("0a1b2c:/var/jenkins_home");
        assertThat(first.isAnotherOneActive()).isFalse();

        first.leave();

        Twins second = at("3d4e5f:/var/jenkins_home");
        assertThat(second.isAnotherOneActive()).isFalse();
        assertThat(first.isAnotherOneActive()).as("it does not come back").isFalse();
        assertThat(second.isAnotherOneActive()).isFalse();
    }

    @Test
    void aCopyThatEndsTakesNothingFromTheOther() {
        Twins first = at("ci-1:/var/jenkins_home");
        Twins copy = at("ci-2:/var/jenkins_home");
        assertThat(first.isAnotherOneActive()).isFalse();
        assertThat(copy.isAnotherOneActive()).isTrue();

        copy.leave();
        away = true;
        first.leave();
        away = false;

        assertThat(at("ci-3:/var/jenkins_home").isAnotherOneActive()).isTrue();
    }

    @Test
    void whileTheStoreIsAwayNothingIsConcluded() {
        Twins one = at("ci-1:/var/jenkins_home");
        away = true;
        assertThat(one.isAnotherOneActive()).isFalse();
        away = false;
        at("ci-2:/var/jenkins_home").isAnotherOneActive();

        assertThat(one.isAnotherOneActive()).isTrue();
    }
}
