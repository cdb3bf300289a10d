package io.jenkins.plugins.releasetrain.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.history.Readable;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.train.Conductors;
import io.jenkins.plugins.releasetrain.engine.train.Task;
import io.jenkins.plugins.releasetrain.engine.train.Timetable;
import io.jenkins.plugins.releasetrain.engine.train.Train;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** people.md 2.2 and 3.3: what builds are told speaks of versions and names, never of ids and digests. */
class AnnouncementsTest {
    /** As ids and digests are written. */
    private static final String OF_MACHINES = "(?s).*([0-9a-f]{8}-[0-9a-f]{4}-|sha256:|\\b[0-9a-f]{12}\\b).*";

    private final FakeShop shop = new FakeShop(4, Map.of());
    private final Map<String, List<String>> logs = new HashMap<>();
    private final Announcements announcements = new Announcements(this::passenger, shop.clock);
    private long ids;
    private final Train train = new Train(
            new Train.Plan(TrainSettings.of("shop", "suite 1"), Timetable.ALWAYS),
            shop.catalog,
            shop.registries(),
            shop.environments(1),
            new Ports(
                    shop.store,
                    shop.promoter(shop.store),
                    shop.clock,
                    () -> new UUID(0, ++ids).toString(),
                    this::happened));

    @AfterEach
    void close() {
        shop.close();
    }

    private void happened(Event event) {
        if (event instanceof Event.TrialEnded ended) {
            announcements.ended(ended);
        }
    }

    private Passenger passenger(String change) {
        return new Passenger() {
            @Override
            public void test(TestRun run) {
                // The test itself says when.
            }

            @Override
            public void say(String line) {
                logs.computeIfAbsent(change, c -> new ArrayList<>())
                        .add(Readable.of(line, digests -> Map.of(), shop.clock));
            }

            @Override
            public boolean ended(End end) {
                return true;
            }

            @Override
            public void failed(String message) {
                say(message);
            }
        };
    }

    private String queue(String service) {
        shop.build(service, "2");
        return train.queue(new Train.Request(Map.of(service, "2"), Origin.UNKNOWN, 0, true));
    }

    private Task.Test next() throws InterruptedException {
        return (Task.Test) train.next("staging", Conductors.builds(c -> Conductors.Standing.HERE));
    }

    @Test
    void whoIsTestedAndWhoWaitsIsToldByVersions() throws InterruptedException {
        String first = queue("s1");
        String second = queue("s2");
        Task.Test batch = next();
        String late = queue("s3");
        announcements.positions(train, batch);
        train.report(batch.trial(), Verdict.FAILED, "GET s1 answers 500");
        for (int trials = 0; trials < 3; trials++) {
            Task.Test search = next();
            announcements.positions(train, search);
            train.report(search.trial(), Verdict.FAILED, "GET s1 answers 500");
        }

        assertThat(logs.get(first).subList(0, 2))
                .containsExactly(
                        "s1 2 is being tested in staging: the trial of s1 2, s2 2 (batch of 2)",
                        "Its trial in staging is over, failed: GET s1 answers 500");
        assertThat(logs.get(late)).first().isEqualTo("Waiting at position 1 for the trial of s1 2, s2 2 (batch of 2)");
        assertThat(logs).containsKeys(first, second, late);
        assertThat(logs.values()).allSatisfy(log -> assertThat(log).noneMatch(line -> line.matches(OF_MACHINES)));
    }

    /** NEW-4: who runs the tests of a control run waits as well, and was told the one and the other in turn each time. */
    @Test
    void NEW_4_whoRunsAControlRunIsToldSoOnce() throws InterruptedException {
        queue("s1");
        queue("s2");
        Task.Test trial = next();
        while (!trial.changes().isEmpty()) {
            train.report(trial.trial(), Verdict.FAILED, "GET s1 answers 500");
            trial = next();
        }
        String waiting = queue("s3");
        for (int times = 0; times < 3; times++) {
            announcements.positions(train, trial);
        }

        assertThat(logs.get(trial.conductor())).singleElement().asString().contains("Its tests run in staging");
        assertThat(logs.get(waiting)).hasSize(1);
        assertThat(logs.values()).allSatisfy(log -> assertThat(log).doesNotHaveDuplicates());
    }
}
