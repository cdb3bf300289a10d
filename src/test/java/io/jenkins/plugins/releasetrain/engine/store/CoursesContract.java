package io.jenkins.plugins.releasetrain.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Built;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Provenance.Course;
import io.jenkins.plugins.releasetrain.engine.store.Provenance.Held;
import io.jenkins.plugins.releasetrain.engine.store.Store.Listed;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

/** What every store must know of how changes came to production, and of what came since; a part of {@link StoreContract}. */
abstract class CoursesContract extends HistoryContract {
    private static final String STREAM = "train/shop";
    private static final int HOUR = 3_600;

    private void append(Instant at, Event... events) {
        store.append(STREAM, store.version(STREAM), at, List.of(events));
    }

    private static Instant at(int release) {
        return Samples.AT.plusSeconds((long) release * HOUR);
    }

    /** Each step is an append of its own, as a train makes it: what is known so far is read again. */
    private void released(int n) {
        String change = "c" + n;
        Digest set = Digest.sha256("shop" + n);
        append(at(n), Samples.queued(change));
        append(at(n).plusSeconds(60), new Event.BatchDeparted("b" + n, List.of(change), set));
        append(
                at(n).plusSeconds(60),
                new Event.TrialStarted("t" + n, "b" + n, set, List.of(change), "", "staging", "cart#41", n, false));
        append(at(n).plusSeconds(121), new Event.TrialEnded("t" + n, set, "all", Verdict.PASSED, "", 61_000));
        append(at(n).plusSeconds(130), Samples.release("shop", n));
        append(at(n).plusSeconds(150), new Event.ReleasePromoted("shop-" + n, "p" + n), Samples.ended(change));
    }

    private DayCounts day() {
        LocalDate day = Samples.AT.atOffset(ZoneOffset.UTC).toLocalDate();
        return store.days("shop", day, day, 1).get(day);
    }

    /** Folders within folders, and branches that are called as a whole ticket. */
    @Test
    void shouldKnowBuildsOfJobsWhateverTheyAreCalled() {
        String job = "shop/" + "folder with a name of its own 🛒/".repeat(20) + "feature%2Fcart";
        Origin origin = new Origin(job + "#7", "https://ci/job/x/7/", "ada", Optional.of("ci"));
        Digest image = Samples.image("cart", 7).digest();
        Built built = new Built("cart", origin, "main", false, List.of(), Optional.empty(), List.of(), 0);
        Built other = new Built(
                "cart",
                new Origin(job + "s#7", "https://ci/job/y/7/", "ada", Optional.of("ci")),
                "main",
                false,
                List.of(),
                Optional.empty(),
                List.of(),
                0);

        store.append(
                "image/7",
                0,
                Samples.AT,
                List.of(new Event.ImageBuilt(image, built), new Event.ImageBuilt(image, other)));

        Provenance provenance = store.provenance();
        assertThat(provenance.builds(List.of(image)).get(image))
                .extracting(e -> e.built().job())
                .containsExactlyInAnyOrder(built.job(), other.job());
        assertThat(provenance.between(List.of(new Provenance.Stretch("cart", built.job(), 6, 8)), 10))
                .containsExactly(List.of(new Event.ImageBuilt(image, built)));
    }

    @Test
    void shouldKnowHowLongEachChangeTookAndWhereTheTimeWent() {
        released(1);
        released(2);
        Provenance provenance = store.provenance();
        assertThat(provenance.courses("shop", at(0), at(9), 10))
                .extracting(Course::change)
                .containsExactly("c2", "c1");
        assertThat(provenance.courses("shop", at(0), at(9), 1)).hasSize(1);
        assertThat(provenance.courses("shop", at(1).plusSeconds(150), at(2).plusSeconds(150), 10))
                .as("the end is exclusive")
                .extracting(Course::change)
                .containsExactly("c1");
        assertThat(provenance.courses("other", at(0), at(9), 10)).isEmpty();
        // Samples queue at the same time whatever they are called, so the second one waited an hour longer.
        assertThat(provenance.courses("shop", at(0), at(9), 10).get(1))
                .isEqualTo(new Course("c1", at(1).plusSeconds(150), Duration.ofSeconds(HOUR + 150)));
        DayCounts day = day();
        assertThat(day.count(Metric.COURSES)).isEqualTo(2);
        assertThat(day.count(Metric.TRIED_MS)).isEqualTo(2 * 61_000);
        assertThat(day.count(Metric.GATE_MS)).isEqualTo(2 * 9_000);
        assertThat(day.count(Metric.PROMOTING_MS)).isEqualTo(2 * 20_000);
    }

    /** Told twice, of several releases of a service, up to a bound; an image that no release brought is behind nothing. */
    @Test
    void shouldCountTheReleasesThatCameSinceAnImageDid() {
        for (int n = 1; n <= 5; n++) {
            released(n);
        }
        append(at(6), Samples.release("shop", 6)); // which is not in production yet
        List<Held> held = List.of(
                new Held("cart", Samples.image("cart", 5).digest()),
                new Held("cart", Samples.image("cart", 2).digest()),
                new Held("cart", Digest.sha256("nobody's")),
                new Held("cart", Samples.image("cart", 1).digest()),
                new Held("cart", Samples.image("cart", 6).digest()));
        assertThat(store.provenance().behind(held, 3))
                .containsExactly(
                        OptionalInt.of(0),
                        OptionalInt.of(3),
                        OptionalInt.empty(),
                        OptionalInt.of(3),
                        OptionalInt.empty());
        assertThat(store.provenance().behind(List.of(), 3)).isEmpty();
    }

    /** A store of the version before has no courses: those that depart from now on are known, and what was there stays. */
    @Test
    void shouldKnowCoursesOfWhatDepartsAfterAnUpgrade() {
        released(1);
        append(at(2), Samples.queued("c2"));
        try (SqlDatabase database = SqlDatabase.open(settings())) {
            database.write("go back", handle -> {
                withoutVersion15(handle);
                handle.execute("DROP TABLE rt_course");
                handle.execute("ALTER TABLE rt_release DROP COLUMN failed");
                return handle.createUpdate("DELETE FROM rt_schema_history WHERE version = '14'")
                        .execute();
            });
        }
        store = open();
        released(3);
        assertThat(store.provenance().courses("shop", at(0), at(9), 10))
                .extracting(Course::change)
                .containsExactly("c3");
        append(
                at(8),
                new Event.ImageBlocked(Samples.image("cart", 1).digest(), "cart", "shop-1", "it loses carts", "ada"));
        append(at(8), new Event.ImageBlocked(Samples.image("cart", 1).digest(), "cart", "shop-1", "said twice", "ada"));
        assertThat(day().count(Metric.TURNED_BACK))
                .as("a release of before, once")
                .isEqualTo(1);
        assertThat(store.release("shop-1")).isPresent();
    }

    private static int withoutVersion15(Handle handle) {
        handle.execute("DROP INDEX rt_production_revision");
        handle.execute("ALTER TABLE rt_production DROP COLUMN revision");
        for (String column : List.of("made", "promoted", "rollback_of")) {
            handle.execute("ALTER TABLE rt_release DROP COLUMN " + column);
        }
        return handle.execute("DELETE FROM rt_schema_history WHERE version = '15'");
    }

    /** Of a store of the version before, and of what a controller of that version appends meanwhile. */
    @Test
    void shouldListReleasesOfBeforeAnUpgradeAsThoseOfAfterIt() {
        released(1);
        released(2);
        append(at(3), back(3, "shop-1"));
        append(at(4), new Event.ReleasePromoted("shop-3", "p-3"));
        append(at(5), Samples.release("shop", 4));
        List<Listed> before = store.newest(List.of("shop", "nobody"), 10).get("shop");
        assertThat(before)
                .extracting(
                        Listed::id,
                        Listed::rollbackOf,
                        Listed::onItsWay,
                        r -> r.promotedAt().isPresent())
                .containsExactly(
                        tuple("shop-4", "", true, false),
                        tuple("shop-3", "shop-1", false, true),
                        tuple("shop-2", "", false, true),
                        tuple("shop-1", "", false, true));
        assertThat(before.get(1).promotedAt()).contains(at(4));

        List<Production> production = store.production("", 10);
        try (SqlDatabase database = SqlDatabase.open(settings())) {
            database.write("go back", CoursesContract::withoutVersion15);
        }
        store = open();
        assertThat(store.newest(List.of("shop"), 10).get("shop")).isEqualTo(before);
        assertThat(store.production("", 10)).isEqualTo(production);
        try (SqlDatabase database = SqlDatabase.open(settings())) {
            assertThat((int) database.read(
                            "look",
                            handle -> handle.createQuery(
                                            "SELECT COUNT(*) FROM rt_release WHERE made IS NULL OR rollback_of IS NULL")
                                    .mapTo(int.class)
                                    .one()))
                    .as("filled when it was opened")
                    .isZero();
            database.write(
                    "append as before",
                    handle -> handle.execute("UPDATE rt_release SET made = NULL, promoted = NULL, rollback_of = NULL"));
        }
        assertThat(store.newest(List.of("shop"), 10).get("shop")).isEqualTo(before);
        assertThat(store.newest(List.of("shop"), 2).get("shop")).isEqualTo(before.subList(0, 2));
    }

    /** Databases keep statements: what another one was asked, or with another limit, is not answered again. */
    @Test
    void shouldAnswerEachOwnerWithItsOwnHoweverOftenAndInWhateverOrder() {
        List<String> owners = new ArrayList<>();
        for (int i = 0; i < EachOf.KEYS + 5; i++) {
            String owner = "train-" + i;
            owners.add(owner);
            store.append(
                    "train/" + owner,
                    0,
                    at(i),
                    List.of(
                            Samples.queued(owner + "-a"),
                            Samples.queued(owner + "-b"),
                            Samples.release(owner, 1),
                            Samples.release(owner, 2)));
        }
        for (int limit : new int[] {2, 1, 2}) {
            Map<String, List<Listed>> all = store.newest(owners, limit);
            owners.forEach(owner -> {
                assertThat(all.get(owner)).as(owner).hasSize(limit);
                assertThat(all.get(owner).get(0).id()).isEqualTo(owner + "-2");
                assertThat(store.newest(List.of(owner), 1).get(owner))
                        .extracting(Listed::id)
                        .containsExactly(owner + "-2");
                assertThat(store.activity("train/" + owner, limit).open())
                        .hasSize(limit)
                        .first()
                        .extracting(Entry::id)
                        .isEqualTo(owner + "-a");
            });
        }
        assertThat(store.activities(
                        owners.stream().map(owner -> "train/" + owner).toList(), 1))
                .extracting(a -> a.open().get(0).id())
                .containsExactlyElementsOf(
                        owners.stream().map(owner -> owner + "-a").toList());
    }

    /** H2 acknowledges what it writes a moment later, so that whoever dies in a migration may have half of it. */
    @Test
    void shouldUpgradeAStoreThatWasKilledWhileItWasUpgraded() {
        released(1);
        List<Listed> before = store.newest(List.of("shop"), 10).get("shop");
        try (SqlDatabase database = SqlDatabase.open(settings())) {
            database.write(
                    "forget that it was done",
                    handle -> handle.execute("DELETE FROM rt_schema_history WHERE version = '15'"));
        }
        store = open();
        assertThat(store.newest(List.of("shop"), 10).get("shop")).isEqualTo(before);
    }

    private static Event back(int number, String to) {
        Event.ReleaseMade made = Samples.release("shop", number);
        return new Event.ReleaseMade(
                made.id(),
                made.owner(),
                number,
                made.kind(),
                made.set(),
                made.parent(),
                to,
                made.changed(),
                made.changes(),
                made.trial(),
                made.user(),
                made.reason(),
                made.skipped());
    }

    /** It is kept until something changes, whoever changed it. */
    @Test
    void shouldTellWhatProductionHoldsAsItIsNow() {
        released(1);
        List<Production> first = store.production("", 10);
        assertThat(store.production("", 10)).isSameAs(first);
        try (Store other = open()) {
            store = other;
            released(2);
        }
        store = open();
        List<Production> second = store.production("", 10);
        assertThat(second).isNotEqualTo(first);
        released(3);
        assertThat(store.production("", 10)).isNotEqualTo(second);
        String service = store.production("", 10).get(0).service();
        assertThat(store.production(service, 10))
                .extracting(Production::service)
                .doesNotContain(service);
    }

    /** What no verdict came of is told by its cause, in bytes that each database keeps alike. */
    @Test
    void shouldCountTrialsWithoutVerdictByTheirCause() {
        Digest set = Digest.sha256("set");
        append(at(1), Samples.trial("t1", "b1", set), Samples.trial("t2", "b1", set));
        append(at(1), new Event.TrialInstalled("t1", List.of("cart"), 1_000));
        append(at(1), Samples.verdict("t1", set, "all", Verdict.VOID), Samples.verdict("t2", set, "all", Verdict.VOID));
        assertThat(day().count(Metric.VOID)).isEqualTo(2);
        assertThat(day().count(Metric.VOID_TESTS)).isEqualTo(1);
        assertThat(day().count(Metric.VOID_INSTALLATION)).isEqualTo(1);
    }
}
