package io.jenkins.plugins.releasetrain.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import io.jenkins.plugins.releasetrain.engine.store.Store.Runs;
import io.jenkins.plugins.releasetrain.engine.store.Store.Snapshot;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store must do; run against each implementation, on a database that is empty before each test. */
abstract class StoreContract {
    private final List<SqlStore> opened = Collections.synchronizedList(new ArrayList<>());
    private StoreSettings settings;
    private Store store;

    /** Where an empty database is: another one each time. */
    abstract StoreSettings freshDatabase();

    /** As the database under test calls itself, so that no test proves another one than its name says. */
    abstract String product();

    private SqlStore open() {
        return open(settings);
    }

    private SqlStore open(StoreSettings where) {
        SqlStore another = SqlStore.open(where);
        opened.add(another);
        return another;
    }

    @BeforeEach
    void openStore() {
        settings = freshDatabase();
        store = open();
    }

    @AfterEach
    void closeStores() {
        opened.forEach(SqlStore::close);
    }

    @Test
    void shouldRunOnTheDatabaseThatTheTestIsNamedFor() {
        assertThat(open().product()).isEqualTo(product());
    }

    @Test
    void shouldAnswerWithNothingForWhatItDoesNotKnow() {
        assertThat(store.load("train/none").version()).isZero();
        assertThat(store.load("train/none").snapshot()).isEmpty();
        assertThat(store.load("train/none").since()).isEmpty();
        assertThat(store.version("train/none")).isZero();
        assertThat(store.events("train/none", 0, 10)).isEmpty();
        assertThat(store.streams("train/")).isEmpty();
        assertThat(store.set(Digest.sha256("none"))).isEmpty();
        assertThat(store.runs("all", List.of(), Samples.AT)).isEmpty();
        assertThat(store.runs("all", List.of(Digest.sha256("none")), Samples.AT)).isEmpty();
        assertThat(store.release("none")).isEmpty();
        assertThat(store.releases("none", Integer.MAX_VALUE, 10)).isEmpty();
        assertThat(store.change("none")).isEmpty();
        assertThat(store.trials("none")).isEmpty();
    }

    @Test
    void shouldNumberAppendedEventsFromOneOn() {
        assertThat(store.append("train/shop", 0, Samples.AT, List.of(Samples.queued("c1"), Samples.queued("c2"))))
                .isEqualTo(2);
        assertThat(store.append("train/shop", 2, Samples.AT.plusMillis(5), List.of(Samples.ended("c1"))))
                .isEqualTo(3);

        assertThat(store.version("train/shop")).isEqualTo(3);
        assertThat(store.load("train/shop").since())
                .containsExactly(
                        new RecordedEvent(1, Samples.AT, Samples.queued("c1")),
                        new RecordedEvent(2, Samples.AT, Samples.queued("c2")),
                        new RecordedEvent(3, Samples.AT.plusMillis(5), Samples.ended("c1")));
    }

    @Test
    void shouldCutTimesOffAtMicroseconds() {
        store.append("train/shop", 0, Samples.AT.plusNanos(999), List.of(Samples.queued("c1")));

        assertThat(store.events("train/shop", 0, 1).get(0).at()).isEqualTo(Samples.AT);
    }

    @Test
    void shouldRefuseAnAppendThatWasDecidedOnAnOldVersionAndKeepNothingOfIt() {
        store.append("train/shop", 0, Samples.AT, List.of(Samples.queued("c1")));

        for (long stale : new long[] {0, 2, 99}) {
            assertThatExceptionOfType(EngineException.class)
                    .isThrownBy(() -> store.append("train/shop", stale, Samples.AT, List.of(Samples.queued("c2"))))
                    .withMessageContaining("expected at version " + stale + " and is at 1")
                    .extracting(EngineException::kind)
                    .isEqualTo(FailureKind.CONFLICT);
        }
        assertThat(store.version("train/shop")).isEqualTo(1);
        assertThat(store.change("c2")).isEmpty();
    }

    @Test
    void shouldOnlyCheckTheVersionWhereThereIsNothingToAppend() {
        assertThat(store.append("train/shop", 0, Samples.AT, List.of())).isZero();
        assertThat(store.streams("")).isEmpty();
        assertThat(store.append("train/shop", 0, Samples.AT, List.of(Samples.queued("c1"))))
                .isEqualTo(1);
        assertThat(store.append("train/shop", 1, Samples.AT, List.of())).isEqualTo(1);
        assertThatThrownBy(() -> store.append("train/shop", 0, Samples.AT, List.of()))
                .isInstanceOf(EngineException.class);
    }

    @Test
    void I2_shouldNeverGiveANumberOrAnIdASecondMeaning() {
        store.append("train/shop", 0, Samples.AT, List.of(Samples.release("shop", 1)));

        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> store.append("train/other", 0, Samples.AT, List.of(Samples.release("shop", 1))))
                .extracting(EngineException::kind)
                .isEqualTo(FailureKind.CONFLICT);
        assertThat(store.version("train/other")).isZero();
    }

    @Test
    void shouldHaveExactlyOneWinnerAmongThoseWhoDecidedOnTheSameVersion() throws Exception {
        Store second = open();
        List<Store> stores = List.of(store, second, store, second);
        for (int version = 0; version < 25; version++) {
            int expected = version;
            List<Callable<Long>> racers = IntStream.range(0, stores.size())
                    .<Callable<Long>>mapToObj(racer -> () -> stores.get(racer)
                            .append(
                                    "train/shop",
                                    expected,
                                    Samples.AT,
                                    List.of(Samples.queued("c" + expected + "-" + racer))))
                    .toList();
            List<Object> results = race(racers);

            assertThat(results).filteredOn(Long.class::isInstance).containsExactly(expected + 1L);
            assertThat(results)
                    .filteredOn(EngineException.class::isInstance)
                    .hasSize(stores.size() - 1)
                    .allSatisfy(e -> assertThat(((EngineException) e).kind()).isEqualTo(FailureKind.CONFLICT));
        }
        assertThat(store.events("train/shop", 0, 100)).hasSize(25);
    }

    @Test
    void shouldLetManyAppendToTheirOwnStreamsAtOnce() throws Exception {
        Store second = open();
        List<Callable<Long>> writers = IntStream.range(0, 8)
                .<Callable<Long>>mapToObj(writer -> () -> {
                    Store own = writer % 2 == 0 ? store : second;
                    long version = 0;
                    while (version < 50) {
                        String change = writer + "-" + version;
                        version = own.append("lane/" + writer, version, Samples.AT, List.of(Samples.queued(change)));
                    }
                    return version;
                })
                .toList();

        assertThat(race(writers)).hasSize(8).containsOnly(50L);
        assertThat(store.streams("lane/")).hasSize(8).allSatisfy(s -> assertThat(store.version(s))
                .isEqualTo(50));
    }

    /** Starts all at once; each one's result or exception. */
    private static List<Object> race(List<Callable<Long>> racers) throws Exception {
        CyclicBarrier start = new CyclicBarrier(racers.size());
        ExecutorService threads = Executors.newFixedThreadPool(racers.size());
        try {
            List<Future<Object>> futures = new ArrayList<>();
            for (Callable<Long> racer : racers) {
                futures.add(threads.submit(() -> {
                    start.await(60, TimeUnit.SECONDS);
                    try {
                        return racer.call();
                    } catch (EngineException e) {
                        return e;
                    }
                }));
            }
            List<Object> results = new ArrayList<>();
            for (Future<Object> future : futures) {
                results.add(future.get(120, TimeUnit.SECONDS));
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void shouldLoadTheNewestSnapshotAndOnlyTheEventsAfterIt() {
        store.append("train/shop", 0, Samples.AT, List.of(Samples.queued("c1"), Samples.queued("c2")));
        store.saveSnapshot("train/shop", 1, "{\"queue\":[\"c1\"]}");
        store.saveSnapshot("train/shop", 2, "{\"queue\":[\"c1\",\"c2\"]}");
        store.saveSnapshot("train/shop", 1, "{\"late\":true}");
        store.append("train/shop", 2, Samples.AT, List.of(Samples.ended("c1")));

        Store.Stream loaded = store.load("train/shop");

        assertThat(loaded.version()).isEqualTo(3);
        assertThat(loaded.snapshot()).contains(new Snapshot(2, "{\"queue\":[\"c1\",\"c2\"]}"));
        assertThat(loaded.since()).containsExactly(new RecordedEvent(3, Samples.AT, Samples.ended("c1")));
    }

    @Test
    void shouldRefuseASnapshotOfAVersionThatIsNotThereYet() {
        assertThatThrownBy(() -> store.saveSnapshot("train/shop", 1, "{}"))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("no version 1 of stream 'train/shop'");
    }

    @Test
    void shouldPageThroughEvents() {
        List<Event> events = new ArrayList<>();
        IntStream.rangeClosed(1, 10).forEach(i -> events.add(Samples.queued("c" + i)));
        store.append("train/shop", 0, Samples.AT, events);
        store.append("train/shop2", 0, Samples.AT, List.of(Samples.ended("c1")));

        assertThat(store.events("train/shop", 0, 4)).extracting(RecordedEvent::version).containsExactly(1L, 2L, 3L, 4L);
        assertThat(store.events("train/shop", 8, 4)).extracting(RecordedEvent::version).containsExactly(9L, 10L);
        assertThat(store.events("train/shop", 10, 4)).isEmpty();
    }

    @Test
    void shouldTakeAPrefixOfStreamsLiterally() {
        List<String> names = List.of("a%b/1", "a%b/2", "axb/1", "a_b/1", "A%b/1", "a!b/1", "a\\b/1", "b/1", "a%b");
        names.forEach(name -> store.append(name, 0, Samples.AT, List.of(Samples.ended("c"))));

        assertThat(store.streams("a%b/")).containsExactly("a%b/1", "a%b/2");
        assertThat(store.streams("a_")).containsExactly("a_b/1");
        assertThat(store.streams("a!")).containsExactly("a!b/1");
        assertThat(store.streams("a\\")).containsExactly("a\\b/1");
        assertThat(store.streams("")).containsExactlyElementsOf(names.stream().sorted().toList());
    }

    @Test
    void shouldKeepAnyTextAsItIs() {
        String reason = "🚂 <script>alert('x')</script> \"ä\" \\ ${key} :name ? <list> \u0000 \ud83d";
        String id = "c-🚂-<b>&amp;</b>-:id-?";
        Event.ChangeEnded ended = new Event.ChangeEnded(id, Event.Outcome.CANCELLED, reason, "");

        store.append("train/läden 🛒 <i>", 0, Samples.AT, List.of(Samples.queued(id), ended));

        assertThat(store.streams("train/läden 🛒")).containsExactly("train/läden 🛒 <i>");
        assertThat(store.change(id).orElseThrow().ended()).contains(ended);
    }

    @Test
    void shouldKeepEventsOfAnySize() {
        ImageSet all = Samples.set(8_000);
        Event.ReleaseMade made = new Event.ReleaseMade(
                "shop-1", "shop", 1, Event.Kind.MONO, all.digest(), "", "", all.images(), List.of(), "");

        store.append("train/shop", 0, Samples.AT, List.of(made));

        assertThat(store.release("shop-1").orElseThrow().made()).isEqualTo(made);
    }

    @Test
    void shouldListAnOwnersReleasesNewestFirstBelowANumber() {
        List<Event> events = new ArrayList<>();
        IntStream.rangeClosed(1, 12).forEach(n -> events.add(Samples.release("shop", n)));
        IntStream.rangeClosed(1, 3).forEach(n -> events.add(Samples.release("shop2", n)));
        store.append("train/shop", 0, Samples.AT, events);

        assertThat(store.releases("shop", Integer.MAX_VALUE, 5))
                .extracting(r -> r.made().number())
                .containsExactly(12, 11, 10, 9, 8);
        assertThat(store.releases("shop", 8, 5))
                .extracting(r -> r.made().number())
                .containsExactly(7, 6, 5, 4, 3);
        assertThat(store.releases("shop", 1, 5)).isEmpty();
    }

    @Test
    void shouldShowWhenAReleaseWasPromotedAndByWhat() {
        store.append("train/shop", 0, Samples.AT, List.of(Samples.release("shop", 1), Samples.release("shop", 2)));
        store.append(
                "promotion/p1", 0, Samples.AT.plusSeconds(9), List.of(new Event.ReleasePromoted("shop-1", "p1")));

        assertThat(store.release("shop-1"))
                .contains(new Store.ReleaseRecord(
                        Samples.release("shop", 1),
                        Samples.AT,
                        Optional.of("p1"),
                        Optional.of(Samples.AT.plusSeconds(9))));
        assertThat(store.release("shop-2").orElseThrow().promotedAt()).isEmpty();
    }

    @Test
    void I8_shouldShowAChangesFirstFinalOutcomeAndWhen() {
        store.append("train/shop", 0, Samples.AT, List.of(Samples.queued("c1")));
        assertThat(store.change("c1"))
                .contains(new Store.ChangeRecord(
                        "train/shop", Samples.queued("c1"), Optional.empty(), Optional.empty()));

        store.append("train/shop", 1, Samples.AT.plusSeconds(1), List.of(Samples.ended("c1")));
        Event second = new Event.ChangeEnded("c1", Event.Outcome.EJECTED, "too late", "");
        store.append("train/shop", 2, Samples.AT.plusSeconds(2), List.of(second));

        assertThat(store.change("c1"))
                .contains(new Store.ChangeRecord(
                        "train/shop",
                        Samples.queued("c1"),
                        Optional.of(Samples.ended("c1")),
                        Optional.of(Samples.AT.plusSeconds(1))));
    }

    @Test
    void shouldListABatchsTrialsOldestFirstAlsoThoseOfOneAppend() {
        Digest set = Digest.sha256("set");
        store.append("train/shop", 0, Samples.AT, List.of(Samples.trial("t9", "b1", set)));
        store.append(
                "train/shop",
                1,
                Samples.AT,
                List.of(
                        Samples.verdict("t9", set, "all", Verdict.VOID),
                        Samples.trial("t1", "b1", set),
                        Samples.verdict("t1", set, "all", Verdict.PASSED),
                        Samples.trial("t2", "b1", set),
                        Samples.trial("t3", "b2", set)));

        assertThat(store.trials("b1"))
                .containsExactly(
                        trial("t9", set, Optional.of(Verdict.VOID)),
                        trial("t1", set, Optional.of(Verdict.PASSED)),
                        trial("t2", set, Optional.empty()));
    }

    private static Store.TrialRecord trial(String id, Digest set, Optional<Verdict> verdict) {
        return new Store.TrialRecord(
                Samples.trial(id, "b1", set), Samples.AT, verdict.map(v -> Samples.verdict(id, set, "all", v)));
    }

    @Test
    void I4_shouldCountRunsBySetAndSuiteSinceATimeWithoutVoidOnes() {
        Digest one = Digest.sha256("one");
        Digest two = Digest.sha256("two");
        store.append("train/a", 0, Samples.AT.minusMillis(1), List.of(Samples.verdict("t0", one, "all", Verdict.FAILED)));
        store.append(
                "train/a",
                1,
                Samples.AT,
                List.of(
                        Samples.verdict("t1", one, "all", Verdict.FAILED),
                        Samples.verdict("t2", one, "all", Verdict.PASSED),
                        Samples.verdict("t3", one, "all", Verdict.PASSED),
                        Samples.verdict("t4", one, "smoke", Verdict.PASSED),
                        Samples.verdict("t5", two, "all", Verdict.VOID)));
        store.append("lane/b", 0, Samples.AT, List.of(Samples.verdict("t6", one, "all", Verdict.FAILED)));
        List<Digest> many = new ArrayList<>(List.of(one, two, one));
        IntStream.range(0, 2_500).forEach(i -> many.add(Digest.sha256("other" + i)));

        assertThat(store.runs("all", many, Samples.AT)).isEqualTo(Map.of(one, new Runs(2, 2)));
        assertThat(store.runs("all", many, Samples.AT.minusMillis(1))).isEqualTo(Map.of(one, new Runs(2, 3)));
        assertThat(store.runs("smoke", List.of(one), Samples.AT)).isEqualTo(Map.of(one, new Runs(1, 0)));
    }

    @Test
    void I2_shouldGiveBackEverySetOfALongHistoryOfTwoThousandServices() {
        Random random = new Random(42);
        List<ImageSet> history = new ArrayList<>(List.of(Samples.set(2_000)));
        store.saveSet(history.get(0), Optional.empty());
        for (int i = 0; i < 100; i++) {
            ImageSet parent = history.get(i);
            history.add(Samples.changed(parent, 20, random));
            store.saveSet(history.get(i + 1), Optional.of(parent.digest()));
        }
        Store again = open();
        for (int i : new int[] {0, 1, 31, 32, 33, 64, 99, 100}) {
            ImageSet expected = history.get(i);
            assertThat(again.set(expected.digest()).orElseThrow().images()).isEqualTo(expected.images());
        }
    }

    @Test
    void shouldGiveBackSetsThatLostServicesOrBranchedOrAreEmpty() {
        ImageSet base = Samples.set(40);
        SortedMap<String, PinnedImage> fewer = new TreeMap<>(base.images());
        fewer.remove("service-3");
        ImageSet shrunk = ImageSet.of(fewer);
        ImageSet branch = base.with(Samples.images("service-7", 9));
        store.saveSet(base, Optional.empty());
        store.saveSet(shrunk, Optional.of(base.digest()));
        store.saveSet(branch, Optional.of(base.digest()));
        store.saveSet(branch, Optional.empty());
        store.saveSet(ImageSet.EMPTY, Optional.of(branch.digest()));

        Set<ImageSet> kept = new HashSet<>(Set.of(base, shrunk, branch, ImageSet.EMPTY));
        for (ImageSet set : kept) {
            assertThat(store.set(set.digest()).orElseThrow().images()).isEqualTo(set.images());
        }
    }

    @Test
    void shouldKeepASetInFullWhereItsParentIsNotKept() {
        store.saveSet(Samples.set(3), Optional.of(Digest.sha256("never kept")));

        assertThat(store.set(Samples.set(3).digest())).contains(Samples.set(3));
    }

    @Test
    void shouldShowOneStoresWorkToAnotherOnTheSameDatabase() {
        Store second = open();
        store.append("train/shop", 0, Samples.AT, List.of(Samples.queued("c1")));
        second.append("train/shop", 1, Samples.AT, List.of(Samples.ended("c1")));

        assertThat(store.version("train/shop")).isEqualTo(2);
        second.close();
        assertThat(store.change("c1").orElseThrow().ended()).isPresent();
    }

    @Test
    void shouldCloseTwiceAndThenSayThatItIsClosed() {
        Store second = open();
        second.close();
        second.close();

        assertThatThrownBy(() -> second.version("train/shop"))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void shouldMigrateOnceHoweverManyOpenAtOnceAndLater() throws Exception {
        StoreSettings fresh = freshDatabase();
        List<Callable<Long>> openers = IntStream.range(0, 3)
                .<Callable<Long>>mapToObj(i -> () -> open(fresh).version("train/shop"))
                .toList();
        assertThat(race(openers)).containsOnly(0L);

        try (SqlDatabase database = SqlDatabase.open(fresh)) {
            List<String> migrations = database.read("read the migrations", handle -> handle.createQuery(
                            "SELECT version FROM rt_schema_history WHERE success AND type = 'SQL' ORDER BY installed_rank")
                    .mapTo(String.class)
                    .list());
            assertThat(migrations).containsExactly("1");
        }
    }
}
