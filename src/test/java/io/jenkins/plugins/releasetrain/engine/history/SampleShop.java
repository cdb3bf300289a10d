package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.Built;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Commit;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.FailedTest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A small history, always the same: a release, a batch with a culprit, a lane, and a change that waits. */
final class SampleShop {
    static final Instant AT = Instant.parse("2026-03-01T10:00:00Z");

    static final Commit COMMIT = new Commit(
            "1a2b3c4d",
            "SHOP-12: round the total",
            "Bob",
            "bob",
            Optional.of(AT),
            "https://github.com/shop/cart/commit/1a2b3c4d",
            List.of("SHOP-12"));

    private final Store store;
    private final ImageSet first = ImageSet.of(images("cart", 1, "pay", 1));
    private final ImageSet second = first.with(images("cart", 2));

    private SampleShop(Store store) {
        this.store = store;
    }

    static void fill(Store store) {
        SampleShop shop = new SampleShop(store);
        store.saveSet(shop.first, Optional.empty());
        store.saveSet(shop.second, Optional.of(shop.first.digest()));
        shop.firstRelease();
        shop.batchWithACulprit();
        shop.lane();
        shop.built(1, Optional.empty(), "0f0f0f0f", List.of());
        shop.built(2, Optional.of(Digest.sha256("cart1")), "1a2b3c4d", List.of(COMMIT));
    }

    /** Somebody pushed another image with the tag of that build. */
    static void again(Store store, String service, int build) {
        SortedMap<String, PinnedImage> images = new TreeMap<>();
        images.put(service, new PinnedImage("shop/" + service, Digest.sha256("again"), "1." + build));
        new SampleShop(store).append(900, queued("9", images, "eve", 900));
    }

    /** The change that waits is tried. */
    static void trial(Store store) {
        Digest set = Digest.sha256("third");
        new SampleShop(store)
                .append(
                        410,
                        new Event.BatchDeparted("b3", List.of("4"), Digest.sha256("second")),
                        new Event.TrialStarted("t4", "b3", set, List.of("4"), "batch of 1", "staging", "4", 3, false));
    }

    static void installed(Store store) {
        new SampleShop(store).append(415, new Event.TrialInstalled("t4", List.of("cart"), 4_200));
    }

    /** Its trial passed, and its release is on its way to production. */
    static void released(Store store) {
        Digest set = Digest.sha256("third");
        new SampleShop(store)
                .append(
                        480,
                        new Event.TrialEnded("t4", set, "system", Verdict.PASSED, "", 70_000),
                        new Event.ReleaseMade(
                                "shop-3",
                                "shop",
                                3,
                                Event.Kind.MONO,
                                set,
                                "shop-2",
                                "",
                                images("cart", 3),
                                List.of("4"),
                                "t4",
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()));
    }

    /** Lanes that are open: one installs, one is tested once more, one waits. */
    static void lanes(Store store) {
        Digest held = Digest.sha256("held");
        long version = store.version("lane/cd/pay");
        version = store.append(
                "lane/cd/pay", version, AT.plusSeconds(500), List.of(opened("l2", "mail"), opened("l3", "pay")));
        version = store.append(
                "lane/cd/pay",
                version,
                AT.plusSeconds(505),
                List.of(
                        started("l3", held),
                        new Event.LaneTested("l3", Verdict.FAILED, "no answer", held, List.of(), 1_000),
                        new Event.LaneRetried("l3", "failed beside other candidates", true)));
        version = store.append(
                "lane/cd/pay",
                version,
                AT.plusSeconds(510),
                List.of(started("l3", held), new Event.LaneInstalled("l3", held, List.of(), List.of("pay"), 900)));
        store.append("lane/cd/pay", version, AT.plusSeconds(515), List.of(started("l2", held), opened("l4", "pay")));
    }

    private static Event opened(String id, String service) {
        return new Event.LaneQueued(id, "cd", "pay", images(service, 4), new Origin(service + "#4", "", "eve"));
    }

    private static Event started(String id, Digest held) {
        return new Event.LaneStarted(id, new TreeMap<>(), held, List.of(), 2, Optional.empty());
    }

    private static SortedMap<String, PinnedImage> images(Object... servicesAndBuilds) {
        SortedMap<String, PinnedImage> images = new TreeMap<>();
        for (int i = 0; i < servicesAndBuilds.length; i += 2) {
            String service = (String) servicesAndBuilds[i];
            Object build = servicesAndBuilds[i + 1];
            images.put(service, new PinnedImage("shop/" + service, Digest.sha256(service + build), "1." + build));
        }
        return images;
    }

    private static Event.ChangeQueued queued(String id, SortedMap<String, PinnedImage> images, String user, int at) {
        Origin origin = new Origin(images.firstKey() + "#" + id, "job/" + images.firstKey() + "/" + id + "/", user);
        return new Event.ChangeQueued(new Change(id, images, origin, AT.plusSeconds(at), 0, true));
    }

    private void append(int at, Event... events) {
        store.append("train/shop", store.version("train/shop"), AT.plusSeconds(at), List.of(events));
    }

    private void firstRelease() {
        append(0, queued("1", first.images(), "ada", 0));
        append(
                10,
                new Event.BatchDeparted("b1", List.of("1"), ImageSet.EMPTY.digest()),
                new Event.TrialStarted(
                        "t1", "b1", first.digest(), List.of("1"), "whole batch", "staging", "1", 1, false));
        append(
                70,
                new Event.TrialInstalled("t1", List.of("cart", "pay"), 12_000),
                new Event.TrialEnded("t1", first.digest(), "system", Verdict.PASSED, "80 tests passed", 60_000),
                new Event.ReleaseMade(
                        "shop-1",
                        "shop",
                        1,
                        Event.Kind.MONO,
                        first.digest(),
                        "",
                        "",
                        first.images(),
                        List.of("1"),
                        "t1",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
        append(
                80,
                new Event.ReleasePromoted("shop-1", "p1"),
                new Event.ChangeEnded("1", Outcome.RELEASED, "its trial passed", "shop-1"),
                new Event.BatchEnded("b1", List.of()));
    }

    private void batchWithACulprit() {
        Digest both = Digest.sha256("both");
        append(100, queued("2", images("cart", 2), "bob", 100), queued("3", images("pay", 2), "eve", 100));
        append(
                110,
                new Event.BatchDeparted("b2", List.of("2", "3"), first.digest()),
                new Event.TrialStarted("t2", "b2", both, List.of("2", "3"), "whole batch", "staging", "2", 2, false),
                new Event.TrialEnded("t2", both, "system", Verdict.FAILED, "2 of 80 tests failed", 60_000),
                tests("t2", 78, "shop.Checkout pays", "shop.Login asks"),
                new Event.TrialStarted("t3", "b2", second.digest(), List.of("2"), "prefix", "staging", "2", 2, false),
                new Event.TrialEnded("t3", second.digest(), "system", Verdict.PASSED, "80 tests passed", 60_000),
                tests("t3", 80),
                new Event.ReleaseMade(
                        "shop-2",
                        "shop",
                        2,
                        Event.Kind.MONO,
                        second.digest(),
                        "shop-1",
                        "",
                        images("cart", 2),
                        List.of("2"),
                        "t3",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
        append(
                300,
                new Event.ReleasePromoted("shop-2", "p2"),
                new Event.ChangeEnded("2", Outcome.RELEASED, "its trial passed", "shop-2"),
                new Event.ChangeEnded("3", Outcome.EJECTED, "2 of 80 tests failed", "", Optional.of(0.00002)),
                new Event.BatchEnded("b2", List.of()),
                new Event.BaselineInstalled("staging", second.digest(), List.of("pay")));
        append(320, queued("4", images("cart", 3), "<b>zoë</b> 🚂", 320), new Event.TrainPaused("freeze", "ada"));
    }

    /** What cart's second build recorded for a trial. */
    private static Event.TestsRecorded tests(String trial, int passed, String... failed) {
        List<FailedTest> failures = Stream.of(failed)
                .map(name -> new FailedTest(name, "testReport/junit/" + name.replace(' ', '/') + "/"))
                .toList();
        TestReport report =
                new TestReport("cart#2", "job/cart/2/", "job/cart/2/console", "", "7", 0, 0, 0, List.of(), 0);
        return new Event.TestsRecorded(
                trial, "2", report.with(new TestReport.Counted(passed, failures.size(), 0, failures), "testReport/"));
    }

    /** Cart's builds, in the job that its changes come from. */
    private void built(int number, Optional<Digest> since, String revision, List<Commit> commits) {
        Origin build = new Origin("cart#" + number, "job/cart/" + number + "/", "");
        List<Built.Source> sources = List.of(new Built.Source("https://github.com/shop/cart", revision));
        Digest image = Digest.sha256("cart" + number);
        store.append(
                "image/" + image.hex(),
                0,
                AT,
                List.of(new Event.ImageBuilt(
                        image, new Built("cart", build, "main", false, sources, since, commits, 0))));
    }

    private void lane() {
        List<Event> events = new ArrayList<>();
        events.add(new Event.LaneQueued("l1", "cd", "pay", images("pay", 3), new Origin("pay#3", "job/pay/3/", "eve")));
        SortedMap<String, Digest> replaced = new TreeMap<>(Map.of("pay", Digest.sha256("pay1")));
        events.add(new Event.LaneStarted("l1", replaced, first.digest(), List.of(), 1, Optional.empty()));
        events.add(new Event.LaneInstalled("l1", second.digest(), List.of(), List.of("pay"), 900));
        events.add(new Event.LaneTested("l1", Verdict.FAILED, "no answer", second.digest(), List.of(), 5_000));
        events.add(new Event.LaneEnded("l1", Outcome.EJECTED, "no answer", ""));
        store.append("lane/cd/pay", 0, AT.plusSeconds(400), events);
    }
}
