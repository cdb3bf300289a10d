package io.jenkins.plugins.releasetrain.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.ConfigurationPart;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.event.Move;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageLabels;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every store must find again of what happened; the second part of {@link StoreContract}. */
abstract class IndexContract extends CoursesContract {
    private static final Origin ADA = new Origin("cart#41", "job/cart/41/", "Ada");

    private static HistoryQuery query(String... terms) {
        return new HistoryQuery(List.of(terms), Optional.empty(), Optional.empty(), Long.MAX_VALUE, 10);
    }

    private List<String> found(HistoryQuery query) {
        return store.history(query).items().stream().map(Item::id).toList();
    }

    private void aShop() {
        store.append("train/shop", 0, Samples.AT, List.of(Samples.queued("c1"), Samples.queued("c2")));
        store.append(
                "train/shop",
                2,
                Samples.AT.plusSeconds(60),
                List.of(
                        new Event.BatchDeparted("b1", List.of("c1", "c2"), Digest.sha256("0")),
                        Samples.trial("t1", "b1", Digest.sha256("1")),
                        Samples.verdict("t1", Digest.sha256("1"), "all", Verdict.FAILED),
                        Samples.release("shop", 1),
                        new Event.ReleasePromoted("shop-1", "p1"),
                        Samples.ended("c1"),
                        new Event.ChangeEnded("c2", Outcome.EJECTED, "2 of 80 tests failed", ""),
                        new Event.BatchEnded("b1", List.of())));
        store.append(
                "lane/cd/money",
                0,
                Samples.AT.plusSeconds(120),
                List.of(
                        new Event.LaneQueued("l1", "cd", "money", Samples.images("pay", 3), ADA),
                        new Event.LaneInstalled("l1", Digest.sha256("cd"), List.of(), List.of("pay"), 5),
                        new Event.LaneEnded("l1", Outcome.CANCELLED, "aborted", "")));
    }

    @Test
    void shouldListWhatWasDoneByHandNewestFirst() {
        store.append(
                "train/shop",
                0,
                Samples.AT,
                List.of(
                        new Event.TrainPaused("freeze", "ada"),
                        Samples.queued("c1"),
                        new Event.TrainResumed("bob"),
                        new Event.TrainPaused("3 trials in a row were void", "")));
        ConfigurationPart part =
                new ConfigurationPart("train", "shop", ConfigurationPart.Alteration.CHANGED, List.of("policy"));
        Event configured = new Event.ConfigurationChanged(List.of(part), "4f2c", "SYSTEM");
        store.append("configuration", 0, Samples.AT.minusSeconds(5), List.of(configured));

        List<Store.ByHand> newest = store.byHand(Long.MAX_VALUE, 2);
        List<Store.ByHand> older = store.byHand(newest.get(1).key(), 2);

        assertThat(newest)
                .extracting(d -> d.recorded().event())
                .containsExactly(configured, new Event.TrainResumed("bob"));
        assertThat(newest).extracting(Store.ByHand::stream).containsExactly("configuration", "train/shop");
        assertThat(older).extracting(d -> d.recorded().event()).containsExactly(new Event.TrainPaused("freeze", "ada"));
    }

    @Test
    void shouldFindReleasesAndWhatEndedOtherwiseByEveryTermNewestFirst() {
        aShop();

        assertThat(found(query())).containsExactly("l1", "c2", "shop-1");
        assertThat(found(query(Terms.owner("shop")))).containsExactly("c2", "shop-1");
        assertThat(found(query(Terms.owner("cd/money")))).containsExactly("l1");
        assertThat(found(query(Terms.service("cart")))).containsExactly("c2", "shop-1");
        assertThat(found(query(Terms.state("ejected")))).containsExactly("c2");
        assertThat(found(query(Terms.state("promoted")))).containsExactly("shop-1");
        assertThat(found(query(Terms.state("made")))).isEmpty();
        assertThat(found(query(Terms.person("ADA"), Terms.service("pay")))).containsExactly("l1");
        assertThat(found(query(Terms.digest(Samples.image("pay", 3).digest())))).containsExactly("l1");
        assertThat(found(query(Terms.words("Tests, failed!").toArray(String[]::new))))
                .containsExactly("c2");
        assertThat(found(query(Terms.service("cart"), Terms.service("pay")))).isEmpty();
    }

    @Test
    void shouldFindWhatHappenedInATime() {
        aShop();
        Instant second = Samples.AT.plusSeconds(120);

        assertThat(found(new HistoryQuery(List.of(), Optional.of(second), Optional.empty(), Long.MAX_VALUE, 9)))
                .containsExactly("l1");
        assertThat(found(new HistoryQuery(List.of(), Optional.empty(), Optional.of(second), Long.MAX_VALUE, 9)))
                .containsExactly("c2", "shop-1");
        assertThat(found(new HistoryQuery(List.of(), Optional.of(second), Optional.of(second), Long.MAX_VALUE, 9)))
                .isEmpty();
    }

    @Test
    void shouldPageThroughTheHistoryAndCutALongSearchShort() {
        int releases = 2 * Search.LOOKED_AT + 100;
        List<Event> events = new ArrayList<>();
        IntStream.rangeClosed(1, releases).forEach(n -> events.add(Samples.release("shop", n)));
        store.append("train/shop", 0, Samples.AT, events);

        HistoryPage first = store.history(query(Terms.owner("shop")));
        assertThat(first.items()).hasSize(10);
        HistoryPage second = store.history(new HistoryQuery(
                List.of(Terms.owner("shop")),
                Optional.empty(),
                Optional.empty(),
                first.next().orElseThrow(),
                10));
        assertThat(second.items().get(0).id()).isEqualTo("shop-" + (releases - 10));

        List<String> seldom = new ArrayList<>();
        int pages = 0;
        Optional<Long> next = Optional.of(Long.MAX_VALUE);
        while (next.isPresent()) {
            HistoryPage page = store.history(new HistoryQuery(
                    List.of(Terms.owner("shop"), Terms.state("made"), Terms.service("cart"), "word:shop", "word:7"),
                    Optional.empty(),
                    Optional.empty(),
                    next.get(),
                    10));
            page.items().forEach(e -> seldom.add(e.id()));
            next = page.next();
            pages++;
        }
        assertThat(seldom).containsExactly("shop-7");
        assertThat(pages).isEqualTo(1);
        assertThat(store.history(query(Terms.owner("shop"), "word:none")).next())
                .isEmpty();
    }

    @Test
    void shouldTellWhatGoesOnInAStream() {
        store.append("train/shop", 0, Samples.AT, List.of(Samples.queued("c1"), Samples.queued("c2")));
        assertThat(store.activeStreams("train/", 5)).containsExactly("train/shop");
        assertThat(store.activity("train/shop", 1).open()).extracting(Entry::id).containsExactly("c1");

        Event.TrialStarted trial = Samples.trial("t1", "b1", Digest.sha256("1"));
        Event.BatchDeparted departed = new Event.BatchDeparted("b1", List.of("c1"), Digest.sha256("0"));
        store.append("train/shop", 2, Samples.AT, List.of(departed, trial, new Event.TrainPaused("frost", "ada")));
        Activity activity = store.activity("train/shop", 5);
        assertThat(activity.departed()).contains(departed);
        assertThat(activity.trials()).containsExactly(new Activity.Running(trial, Samples.AT, Optional.empty()));
        assertThat(activity.pause()).isPresent();
        assertThat(store.batchOf("t1")).contains("b1");

        store.append(
                "train/shop",
                5,
                Samples.AT,
                List.of(
                        Samples.verdict("t1", trial.set(), "all", Verdict.VOID),
                        new Event.BatchEnded("b1", List.of()),
                        new Event.TrainResumed("ada"),
                        Samples.ended("c1"),
                        Samples.ended("c2")));
        assertThat(store.activity("train/shop", 5))
                .isEqualTo(new Activity("train/shop", Optional.empty(), List.of(), Optional.empty(), List.of()));
        assertThat(store.activeStreams("train/", 5)).isEmpty();
    }

    @Test
    void shouldTellAllTrialsThatRunAndHowFarTheyAre() {
        Event.TrialStarted first = Samples.trial("t1", "b1", Digest.sha256("1"));
        Event.TrialStarted second = Samples.trial("t2", "b1", Digest.sha256("2"));
        store.append(
                "train/shop",
                0,
                Samples.AT,
                List.of(first, second, new Event.TrialInstalled("t1", List.of("cart"), 4_200)));
        assertThat(store.activity("train/shop", 5).trials())
                .containsExactly(
                        new Activity.Running(first, Samples.AT, Optional.of(Duration.ofMillis(4_200))),
                        new Activity.Running(second, Samples.AT, Optional.empty()));

        Event ended = Samples.verdict("t1", first.set(), "all", Verdict.PASSED);
        store.append("train/shop", 3, Samples.AT, List.of(ended));
        assertThat(store.activity("train/shop", 5).trials())
                .extracting(Activity.Running::started)
                .containsExactly(second);
    }

    @Test
    void shouldTellWhatProductionAndEnvironmentsHold() {
        aShop();
        store.append(
                "train/shop",
                10,
                Samples.AT.plusSeconds(200),
                List.of(
                        Samples.release("shop", 2),
                        new Event.PromotionRefused("shop-2", "p2", "the registry answered 403"),
                        new Event.BaselineInstalled("staging", Digest.sha256("b"), List.of())));

        Production cart = new Production("cart", Samples.image("cart", 1), "shop-1", Samples.AT.plusSeconds(60));
        assertThat(store.production("", 10)).containsExactly(cart);
        assertThat(store.production("cart", 10)).isEmpty();
        assertThat(store.productionOf(cart.image().digest())).containsExactly(cart);
        assertThat(store.releasesInProduction(List.of("cart", "unknown"))).containsExactly("shop-1");
        assertThat(store.releasesInProduction(List.of())).isEmpty();
        assertThat(store.environments())
                .containsExactly(
                        new Holding("cd", Digest.sha256("cd"), "l1", Samples.AT.plusSeconds(120)),
                        new Holding("staging", Digest.sha256("b"), "", Samples.AT.plusSeconds(200)));
        assertThat(found(query(Terms.state("refused")))).containsExactly("shop-2");
    }

    @Test
    void shouldCountByDayWithTimesWithinFivePercent() {
        aShop();
        Event.ReleaseMade back = new Event.ReleaseMade(
                "shop-2",
                "shop",
                2,
                Event.Kind.MONO,
                Digest.sha256("x"),
                "shop-1",
                "shop-0",
                Samples.images("cart", 0),
                List.of(),
                "",
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        store.append("train/shop", 10, Samples.AT.plusSeconds(600), List.of(back));
        store.append("train/shop", 11, Samples.AT.plusSeconds(660), List.of(new Event.ReleasePromoted("shop-2", "p2")));

        LocalDate day = LocalDate.parse("2026-03-01");
        assertThat(store.days("shop", day.plusDays(1), day.plusDays(2), 1)).isEmpty();
        DayCounts counts = store.days("shop", day, day, 1).get(day);
        assertThat(Stream.of(Metric.values()).collect(Collectors.toMap(m -> m, counts::count)))
                .containsAllEntriesOf(Map.of(
                        Metric.DEPLOYED, 1L,
                        Metric.ROLLED_BACK, 1L,
                        Metric.BATCHES, 1L,
                        Metric.BATCHED, 2L,
                        Metric.FAILED, 1L,
                        Metric.PASSED, 0L,
                        Metric.EJECTED, 1L,
                        Metric.QUEUE, 2L,
                        Metric.PROMOTE, 2L));
        assertThat(counts.seconds(Metric.LEAD, 0.5)).isBetween(57.0, 63.0);
        assertThat(counts.seconds(Metric.RESTORE, 0.5)).isBetween(570.0, 630.0);
        assertThat(counts.seconds(Metric.INSTALL, 0.5)).isNull();
    }

    @Test
    void shouldTellInstallationFromTestAlsoOverSeveralAppends() {
        Digest set = Digest.sha256("1");
        store.append("train/shop", 0, Samples.AT, List.of(Samples.trial("t1", "b1", set)));
        store.append("train/shop", 1, Samples.AT, List.of(new Event.TrialInstalled("t1", List.of("cart"), 30_000)));
        Event ended = new Event.TrialEnded("t1", set, "all", Verdict.PASSED, "", 330_000);
        store.append("train/shop", 2, Samples.AT, List.of(ended));

        LocalDate day = LocalDate.parse("2026-03-01");
        DayCounts counts = store.days("shop", day, day, 1).get(day);
        assertThat(counts.seconds(Metric.INSTALL, 0.5)).isBetween(28.0, 32.0);
        assertThat(counts.seconds(Metric.TEST, 0.5)).isBetween(285.0, 315.0);
    }

    @Test
    void shouldCountTheTimeInTheQueueUpToTheFirstDepartureOnly() {
        store.append("train/shop", 0, Samples.AT, List.of(Samples.queued("c1")));
        for (int i = 1; i <= 2; i++) {
            Event departed = new Event.BatchDeparted("b" + i, List.of("c1"), Digest.sha256("0"));
            store.append("train/shop", i, Samples.AT.plusSeconds(100L * i), List.of(departed));
        }
        LocalDate day = LocalDate.parse("2026-03-01");
        DayCounts counts = store.days("shop", day, day, 1).get(day);
        assertThat(counts.count(Metric.QUEUE)).isEqualTo(1);
        assertThat(counts.seconds(Metric.QUEUE, 0.95)).isBetween(95.0, 105.0);
    }

    @Test
    void shouldKeepWhoWaitsForAnEnvironmentInOrder() {
        WaitingLine line = store.line("staging");
        line.join(request("b", "pay", "cart"));
        line.join(request("a"));
        line.join(request("b", "pay", "cart"));
        store.line("other").join(request("c"));
        assertThat(line.places())
                .containsExactly(
                        new WaitingLine.Place(request("b", "cart", "pay"), 2), new WaitingLine.Place(request("a"), 1));
        assertThat(line.drop("b", 1)).as("it was renewed since").isFalse();
        assertThat(line.drop("b", 2)).isTrue();
        line.join(request("b"));
        assertThat(line.places()).extracting(p -> p.request().id()).containsExactly("a", "b");
        line.leave("a");
        line.leave("nobody");
        assertThat(line.places()).hasSize(1);

        assertThat(line.typical()).isEmpty();
        line.held("SHARED", Duration.ofSeconds(10));
        line.held("SHARED", Duration.ofSeconds(20));
        line.held("EXCLUSIVE", Duration.ofMinutes(3));
        assertThat(line.typical())
                .isEqualTo(Map.of("SHARED", Duration.ofSeconds(15), "EXCLUSIVE", Duration.ofMinutes(3)));
        for (int i = 0; i < 100; i++) {
            line.held("SHARED", Duration.ofSeconds(60));
        }
        assertThat(line.typical().get("SHARED")).isGreaterThan(Duration.ofSeconds(58));
    }

    private static WaitingLine.Request request(String id, String... claims) {
        return new WaitingLine.Request(
                id, "lane " + id, "SHARED", new TreeSet<>(List.of(claims)), Duration.ofSeconds(30), Samples.AT);
    }

    @Test
    void shouldLetOneReaderReadAtATimeAndRememberHowFar() {
        Instant later = Samples.AT.plusSeconds(60);
        assertThat(store.claim("hook", "one", Samples.AT, later)).isTrue();
        assertThat(store.claim("hook", "two", Samples.AT, later)).isFalse();
        assertThat(store.claim("hook", "one", Samples.AT, later)).isTrue();
        assertThat(store.claim("other", "two", Samples.AT, later)).isTrue();
        assertThat(store.claim("hook", "two", later.plusSeconds(1), later.plusSeconds(9)))
                .isTrue();

        assertThat(store.cursors("hook")).isEmpty();
        store.moveCursors("hook", Map.of("train/shop", 7L, "lane/cd", 1L));
        store.moveCursors("hook", Map.of("train/shop", 5L, "lane/cd", 2L));
        store.moveCursors("hook", Map.of());
        assertThat(store.cursors("hook")).isEqualTo(Map.of("train/shop", 7L, "lane/cd", 2L));
        assertThat(store.cursors("other")).isEmpty();
        store.append("train/shop", 0, Samples.AT, List.of(Samples.queued("c1")));
        assertThat(store.versions("train/")).isEqualTo(Map.of("train/shop", 1L));
        assertThat(store.versions("lane/")).isEmpty();
    }

    @Test
    void shouldIndexWhatAnOlderControllerAppended() {
        aShop();
        List<String> before = found(query());
        Derived.forget(settings());

        store.append("train/shop", 10, Samples.AT.plusSeconds(300), List.of(Samples.release("shop", 2)));
        assertThat(found(query(Terms.owner("shop")))).containsExactly("shop-2", "c2", "shop-1");
        assertThat(store.production("", 10)).hasSize(1);
        assertThat(open().history(query()).items())
                .extracting(Item::id)
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(before.stream(), Stream.of("shop-2")).toList());
    }

    /** Lists and searches forget; what releases and events tell does not. */
    @Test
    void shouldForgetWhatEndedLongAgoAndWasNotReleased() {
        store.append("train/shop", 0, Samples.AT, List.of(Samples.queued("old"), Samples.cancelled("old")));
        store.append("train/shop", 2, Samples.AT, List.of(Samples.release("shop", 1)));
        Instant later = Samples.AT.plus(Duration.ofDays(100));
        store.append("train/shop", 3, later, List.of(Samples.queued("new"), Samples.cancelled("new")));

        assertThat(((SqlStore) store).forget(Samples.AT.plus(Duration.ofDays(50))))
                .isEqualTo(1);

        assertThat(store.item("CHANGE", "old")).isEmpty();
        assertThat(store.item("CHANGE", "new")).isPresent();
        assertThat(store.item("RELEASE", "shop-1")).isPresent();
        assertThat(store.change("old")).isPresent();
        assertThat(store.events("train/shop", 0, 10)).hasSize(5);
        assertThat(((SqlStore) store).forget(Samples.AT.plus(Duration.ofDays(50))))
                .isZero();
    }

    private static PinnedImage named(String service, String tag) {
        return new PinnedImage("shop/" + service, Digest.sha256(service), tag);
    }

    private static Move move(String service, String tag, Optional<Digest> former, boolean mayMove) {
        return new Move("dev/" + service, "shop/" + service, Digest.sha256(service), tag, former, mayMove);
    }

    /** What {@code promoteImage} promoted is in production, and its version tag names it. */
    @Test
    void shouldKnowWhatAPromotionOfNoReleaseLeftInProduction() {
        store.append(
                "promotion/p1",
                0,
                Samples.AT,
                List.of(
                        new Event.PromotionPlanned(
                                "p1",
                                "",
                                "dev",
                                "prod",
                                List.of(
                                        move("cart", "1.4.2", Optional.empty(), false),
                                        move("cart", "production", Optional.empty(), true),
                                        move("mail", "2.0", Optional.empty(), false)),
                                true),
                        new Event.PromotionCompleted("p1")));
        assertThat(store.production("", 10))
                .singleElement()
                .satisfies(p -> assertThat(p.image()).isEqualTo(named("cart", "1.4.2")))
                .satisfies(p -> assertThat(p.release()).isEmpty());

        ImageSet baseline = ImageSet.of(new TreeMap<>(Map.of("cart", named("cart", ""), "pay", named("pay", ""))));
        store.saveSet(baseline, Optional.empty());
        store.append(
                "train/shop",
                0,
                Samples.AT.plusSeconds(1),
                List.of(new Event.BaselineInstalled("staging", baseline.digest(), List.of())));
        assertThat(store.production("", 10)).extracting(Production::service).containsExactly("cart", "pay");
        Map<Digest, ImageRecord> images =
                store.images(List.of(Digest.sha256("cart"), Digest.sha256("mail"), Digest.sha256("?")));
        assertThat(images).hasSize(2);
        assertThat(images.get(Digest.sha256("cart")).tag()).isEqualTo("1.4.2");
        assertThat(images.get(Digest.sha256("mail")).tag()).isEqualTo("2.0");
    }

    @Test
    void shouldNotTellWhatWasUndoneAsProduction() {
        Event planned = new Event.PromotionPlanned(
                "p1", "", "dev", "prod", List.of(move("cart", "production", Optional.empty(), true)), true);
        store.append(
                "promotion/p1", 0, Samples.AT, List.of(planned, new Event.PromotionUndone("p1", "503", List.of())));
        assertThat(store.production("", 10)).isEmpty();
    }

    /** The newest one that does not move; described once. */
    @Test
    void shouldKnowImagesByTheirTagsAndLabels() {
        Digest digest = Digest.sha256("cart");
        for (String tag : List.of("1.0", "latest", "1.1", "edge")) {
            Change change =
                    new Change("c" + tag, new TreeMap<>(Map.of("cart", named("cart", tag))), ADA, Samples.AT, 0, true);
            long version = store.version("train/shop");
            store.append(
                    "train/shop", version, Samples.AT.plusSeconds(version), List.of(new Event.ChangeQueued(change)));
        }
        assertThat(store.images(List.of(digest)).get(digest).tag()).isEqualTo("1.1");
        assertThat(store.undescribed(10)).extracting(ImageRecord::digest).containsExactly(digest);

        ImageLabels labels = new ImageLabels("1.1", "1a2b3c4", "https://git/cart", "2026-03-01");
        store.append(
                "image/" + digest.hex(), 0, Samples.AT, List.of(new Event.ImageDescribed(digest, labels, "LABELS")));
        assertThat(store.images(List.of(digest)).get(digest).labels()).isEqualTo(labels);
        assertThat(store.undescribed(10)).isEmpty();
    }
}
