package io.jenkins.plugins.releasetrain.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailedTest;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store.Runs;
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
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store must keep of releases, changes, trials and sets; the first part of {@link StoreContract}. */
abstract class HistoryContract {
    private final List<SqlStore> opened = Collections.synchronizedList(new ArrayList<>());
    private StoreSettings settings;
    Store store;

    /** Where an empty database is: another one each time. */
    abstract StoreSettings freshDatabase();

    StoreSettings settings() {
        return settings;
    }

    SqlStore open() {
        return open(settings);
    }

    SqlStore open(StoreSettings where) {
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
    void shouldAnswerWithNothingForWhatItDoesNotKnow() {
        assertThat(store.load("train/none").version()).isZero();
        assertThat(store.load("train/none").snapshot()).isEmpty();
        assertThat(store.load("train/none").since()).isEmpty();
        assertThat(store.version("train/none")).isZero();
        assertThat(store.events("train/none", 0, 10)).isEmpty();
        assertThat(store.streams("train/")).isEmpty();
        assertThat(store.set(Digest.sha256("none"))).isEmpty();
        assertThat(store.runs("all", List.of(), Samples.AT)).isEmpty();
        assertThat(store.runs("all", List.of(Digest.sha256("none")), Samples.AT))
                .isEmpty();
        assertThat(store.release("none")).isEmpty();
        assertThat(store.releases("none", Integer.MAX_VALUE, 10)).isEmpty();
        assertThat(store.change("none")).isEmpty();
        assertThat(store.trials("none")).isEmpty();
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
    void shouldKeepEventsOfAnySize() {
        ImageSet all = Samples.set(8_000);
        Event.ReleaseMade made = new Event.ReleaseMade(
                "shop-1",
                "shop",
                1,
                Event.Kind.MONO,
                all.digest(),
                "",
                "",
                all.images(),
                List.of(),
                "",
                Optional.empty(),
                Optional.empty(),
                Optional.empty());

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
        store.append("promotion/p1", 0, Samples.AT.plusSeconds(9), List.of(new Event.ReleasePromoted("shop-1", "p1")));

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
                .contains(
                        new Store.ChangeRecord("train/shop", Samples.queued("c1"), Optional.empty(), Optional.empty()));

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
        Event.TestsRecorded tests = new Event.TestsRecorded(
                "t1",
                "c1",
                new TestReport(
                        "pay#81",
                        "job/pay/81/",
                        "job/pay/81/console",
                        "job/pay/81/testReport/",
                        "7",
                        83,
                        1,
                        0,
                        List.of(new FailedTest("shop.Checkout pays", "job/pay/81/testReport/junit/shop/")),
                        0));
        store.append("train/shop", 0, Samples.AT, List.of(Samples.trial("t9", "b1", set)));
        store.append(
                "train/shop",
                1,
                Samples.AT,
                List.of(
                        Samples.verdict("t9", set, "all", Verdict.VOID),
                        Samples.trial("t1", "b1", set),
                        Samples.verdict("t1", set, "all", Verdict.PASSED),
                        tests,
                        new Event.TestsRecorded("t1", "c1", TestReport.of("other#1", "", "")),
                        Samples.trial("t2", "b1", set),
                        Samples.trial("t3", "b2", set)));

        assertThat(store.trials("b1"))
                .containsExactly(
                        trial("t9", set, Optional.of(Verdict.VOID)),
                        new Store.TrialRecord(
                                Samples.trial("t1", "b1", set),
                                Samples.AT,
                                Optional.of(Samples.verdict("t1", set, "all", Verdict.PASSED)),
                                Optional.of(tests.report())),
                        trial("t2", set, Optional.empty()));
        assertThat(store.provenance().trials("train/shop", 10))
                .as("with a verdict, newest first")
                .extracting(t -> t.started().trial())
                .containsExactly("t1");
        assertThat(store.provenance().trials("train/none", 10)).isEmpty();
    }

    private static Store.TrialRecord trial(String id, Digest set, Optional<Verdict> verdict) {
        return new Store.TrialRecord(
                Samples.trial(id, "b1", set),
                Samples.AT,
                verdict.map(v -> Samples.verdict(id, set, "all", v)),
                Optional.empty());
    }

    @Test
    void I4_shouldCountRunsBySetAndSuiteSinceATimeWithoutVoidOnes() {
        Digest one = Digest.sha256("one");
        Digest two = Digest.sha256("two");
        store.append(
                "train/a", 0, Samples.AT.minusMillis(1), List.of(Samples.verdict("t0", one, "all", Verdict.FAILED)));
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
}
