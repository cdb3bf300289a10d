package io.jenkins.plugins.releasetrain.demo;

import io.jenkins.plugins.releasetrain.engine.event.Edges;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Standing;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A history whose every text would run as a script in a page that took it for HTML. */
final class HostileShop {
    static final String EVIL = "<img src=x onerror=\"window.hacked=1\"><b>🚂</b>";
    static final String SERVICE = "cart " + EVIL;
    static final Digest DIGEST = Digest.sha256("2");

    private HostileShop() {}

    private static SortedMap<String, PinnedImage> images(String service, int build) {
        return new TreeMap<>(
                Map.of(service, new PinnedImage("shop/cart", Digest.sha256(String.valueOf(build)), "1." + build)));
    }

    private static Event.ChangeQueued queued(String id, int build, Instant at) {
        Origin origin = new Origin("build " + EVIL, "javascript:window.hacked=1", "person " + EVIL);
        return new Event.ChangeQueued(new Change(id, images(SERVICE, build), origin, at, 0, true));
    }

    private static Event.ReleaseMade made(int number, ImageSet set, int build) {
        return new Event.ReleaseMade(
                "shop-" + number,
                "shop " + EVIL,
                number,
                Event.Kind.MONO,
                set.digest(),
                number == 1 ? "" : "shop-1",
                "",
                images(SERVICE, build),
                List.of("c" + number),
                "t" + number + "-2",
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private static List<Event> release(int n, ImageSet set) {
        Digest tried = Digest.sha256("tried" + n);
        List<String> both = List.of("c" + n, "bad" + n);
        return List.of(
                new Event.BatchDeparted("b" + n, both, Digest.sha256("0")),
                new Event.TrialStarted(
                        "t" + n + "-1", "b" + n, tried, both, "batch of 2", "staging " + EVIL, EVIL, n, false),
                new Event.TrialEnded("t" + n + "-1", tried, "system", Verdict.FAILED, "reason " + EVIL, 61_000),
                new Event.TrialStarted(
                        "t" + n + "-2",
                        "b" + n,
                        set.digest(),
                        List.of("c" + n),
                        "finding the culprit: 1 of 2",
                        "staging",
                        EVIL,
                        n,
                        false),
                new Event.TrialEnded("t" + n + "-2", set.digest(), "system", Verdict.PASSED, "", 59_000),
                made(n, set, n),
                new Event.ReleasePromoted("shop-" + n, "p" + n),
                new Event.ChangeEnded("c" + n, Outcome.RELEASED, "its trial passed", "shop-" + n),
                new Event.ChangeEnded("bad" + n, Outcome.EJECTED, "reason " + EVIL, ""),
                new Event.BatchEnded("b" + n, List.of()));
    }

    static void fill(Store store) {
        String stream = "train/shop " + EVIL;
        Instant at = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(7_200);
        store.append(
                "contract/" + SERVICE,
                0,
                at,
                List.of(new Event.EdgesVerified(
                        SERVICE,
                        DIGEST,
                        new Edges(
                                new TreeMap<>(Map.of("pay " + EVIL, Digest.sha256("pay"))),
                                new TreeMap<>(Map.of("web", Digest.sha256("web")))),
                        "t2-2")));
        ImageSet first = ImageSet.of(images(SERVICE, 1));
        ImageSet second = ImageSet.of(images(SERVICE, 2));
        store.saveSet(first, Optional.empty());
        store.saveSet(second, Optional.empty());
        long version = 0;
        for (int n = 1; n <= 2; n++) {
            // Charts are drawn of more than one week.
            Instant begin = at.plusSeconds(n * 1_800L).minus(n == 1 ? 8 : 0, ChronoUnit.DAYS);
            version = store.append(
                    stream, version, begin, List.of(queued("c" + n, n, begin), queued("bad" + n, 40 + n, begin)));
            version = store.append(stream, version, begin.plusSeconds(300), release(n, n == 1 ? first : second));
        }
        store.append(
                stream,
                version,
                at.plusSeconds(6_000),
                List.of(
                        new Event.BaselineInstalled("staging " + EVIL, first.digest(), List.of()),
                        queued("waits", 9, at.plusSeconds(6_000)),
                        new Event.TrainPaused("paused " + EVIL, "ada")));
    }

    /** An environment that somebody waits for. */
    static Live line() {
        Instant at = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Live live = new Live(Clock.fixed(at, ZoneOffset.UTC));
        live.line(
                "staging " + EVIL,
                List.of(
                        new Standing("t", "train " + EVIL, true, 0, at.minusSeconds(600), Optional.empty()),
                        new Standing("l", "lane " + EVIL, false, 1, at, Optional.of(at.plusSeconds(7_500)))));
        return live;
    }
}
