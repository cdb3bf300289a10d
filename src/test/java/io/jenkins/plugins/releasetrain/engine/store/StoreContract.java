package io.jenkins.plugins.releasetrain.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import io.jenkins.plugins.releasetrain.engine.store.Store.Snapshot;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every store must do; run against each implementation, on a database that is empty before each test. */
abstract class StoreContract extends IndexContract {
    /** As the database under test calls itself, so that no test proves another one than its name says. */
    abstract String product();

    @Test
    void shouldRunOnTheDatabaseThatTheTestIsNamedFor() {
        assertThat(open().product()).isEqualTo(product());
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
        assertThat(store.streams("lane/"))
                .hasSize(8)
                .allSatisfy(s -> assertThat(store.version(s)).isEqualTo(50));
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

        assertThat(store.events("train/shop", 0, 4))
                .extracting(RecordedEvent::version)
                .containsExactly(1L, 2L, 3L, 4L);
        assertThat(store.events("train/shop", 8, 4))
                .extracting(RecordedEvent::version)
                .containsExactly(9L, 10L);
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
        assertThat(store.streams(""))
                .containsExactlyElementsOf(names.stream().sorted().toList());
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
    void shouldShowOneStoresWorkToAnotherOnTheSameDatabase() {
        Store second = open();
        store.append("train/shop", 0, Samples.AT, List.of(Samples.queued("c1")));
        second.append("train/shop", 1, Samples.AT, List.of(Samples.ended("c1")));

        assertThat(store.version("train/shop")).isEqualTo(2);
        second.close();
        assertThat(store.change("c1").orElseThrow().ended()).isPresent();
    }

    /** Whoever outgrows the file moves into this. */
    @Test
    void shouldTakeAllThatAFileHoldsAndCountBothSides() {
        StoreSettings file = StoreSettings.inMemory("move" + System.identityHashCode(this));
        StoreSettings there = freshDatabase();
        // A database in memory lives as long as somebody has it open.
        try (SqlStore full = SqlStore.open(file);
                SqlStore moved = SqlStore.open(there)) {
            full.append("train/shop", 0, Samples.AT, List.of(Samples.queued("c1"), Samples.ended("c1")));
            full.append("train/shop", 2, Samples.AT, List.of(Samples.queued("c2")));

            Map<String, StoreCopy.Rows> rows = StoreCopy.copy(file, there);

            assertThat(rows.get("rt_event")).isEqualTo(new StoreCopy.Rows(3, 3));
            assertThat(rows).containsKeys("rt_stream", "rt_set", "rt_item", "rt_term");
            assertThat(rows.values()).allMatch(r -> r.from() == r.to());
            assertThat(moved.events("train/shop", 0, 10)).isEqualTo(full.events("train/shop", 0, 10));
            assertThat(moved.append("train/shop", 3, Samples.AT, List.of(Samples.ended("c2"))))
                    .isEqualTo(4);
            assertThatThrownBy(() -> StoreCopy.copy(file, there))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("Nothing was copied");
        }
    }

    @Test
    void shouldExportAllThatCannotBeDerived() throws Exception {
        StoreSettings settings = freshDatabase();
        ImageSet first = Samples.set(3);
        ImageSet second = Samples.changed(first, 1, new Random(1));
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (SqlStore full = SqlStore.open(settings)) {
            full.append("train/shop", 0, Samples.AT, List.of(Samples.queued("c1"), Samples.ended("c1")));
            full.append("lane/cd", 0, Samples.AT, List.of(Samples.queued("c2")));
            full.saveSet(first, Optional.empty());
            full.saveSet(second, Optional.of(first.digest()));

            assertThat(new StoreExport(full).write(file)).isEqualTo(new StoreExport.Counts(2, 3));
            assertThat(full.size()).isNotNegative();
        }

        try (SqlStore back = SqlStore.open(StoreSettings.inMemory("back" + System.identityHashCode(this)))) {
            ExportReader.into(back, new ByteArrayInputStream(file.toByteArray()));
            assertThat(back.streams("")).containsExactly("lane/cd", "train/shop");
            assertThat(back.events("train/shop", 0, 10))
                    .containsExactly(
                            new RecordedEvent(1, Samples.AT, Samples.queued("c1")),
                            new RecordedEvent(2, Samples.AT, Samples.ended("c1")));
            assertThat(back.change("c2")).isPresent();
            assertThat(back.set(first.digest())).contains(first);
            assertThat(back.set(second.digest())).contains(second);
        }
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
            List<String> migrations = database.read(
                    "read the migrations",
                    handle -> handle.createQuery(
                                    "SELECT version FROM rt_schema_history WHERE success AND type = 'SQL' ORDER BY"
                                            + " installed_rank")
                            .mapTo(String.class)
                            .list());
            assertThat(migrations).containsExactly("1", "2", "3", "4", "5", "6", "9", "10", "11", "12", "14", "15");
        }
    }

    @Test
    void shouldTellItsTablesWithoutChangingThem() {
        StoreSettings fresh = freshDatabase();
        assertThat(SqlStore.inspect(fresh).version()).isEmpty();
        assertThat(SqlStore.inspect(fresh).version()).as("still nothing").isEmpty();

        SqlStore store = open(fresh);
        Schema now = SqlStore.inspect(fresh);
        assertThat(now).isEqualTo(store.schema());
        assertThat(now.product()).isEqualTo(product());
        assertThat(now.pending()).isEmpty();
        assertThat(now.newer()).isFalse();

        try (SqlDatabase database = SqlDatabase.open(fresh)) {
            database.write(
                    "pretend that a newer controller was here",
                    handle ->
                            handle.execute("INSERT INTO rt_schema_history (installed_rank, version, description, type,"
                                    + " script, checksum, installed_by, execution_time, success)"
                                    + " VALUES (99, '99', 'later', 'SQL', 'V99__later.sql', 1, 'x', 1, TRUE)"));
        }
        assertThat(SqlStore.inspect(fresh).newer()).isTrue();
        assertThat(SqlStore.inspect(fresh).text()).contains("tables of version 99, which", "upgrade this controller");
    }
}
