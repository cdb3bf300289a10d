package io.jenkins.plugins.releasetrain.bench;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.Built;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Commit;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Makes a year of a train's history through the store's own appends: 2,000 services, 20 images changed per release, two
 * changes and eleven events per release, one change in ten ejected, one release in fifty a rollback's. Always the same for
 * a number of releases. The newest releases' sets are kept, so that they can be compared; sets are read by their key alone.
 */
final class HistoryData {
    static final int SERVICES = 2_000;
    static final int IMAGES = 20;
    static final int EVENTS = 11;
    static final int SETS = 200;
    static final int PEOPLE = 50;
    /** The newest releases, of whose images builds and commits are known: those that are compared. */
    static final int BUILT = SETS;
    /** By the job of a service for each of its images that is released. */
    static final int BUILDS = 3;

    static final Instant END = Instant.parse("2026-11-01T00:00:00Z");

    private static final String STREAM = "train/shop";
    private static final String BUILD_STREAM = "image/builds";
    private static final int RELEASES_PER_APPEND = 2_000;
    private static final long SECONDS = 365L * 24 * 3600;

    private final SqlStore store;
    private final int releases;
    private final Random random = new Random(42);
    private final SortedMap<String, PinnedImage> production = new TreeMap<>();
    private final List<Event> builds = new ArrayList<>();
    private Optional<Digest> parent = Optional.empty();

    HistoryData(SqlStore store, int releases) {
        this.store = store;
        this.releases = releases;
        for (int i = 0; i < SERVICES; i++) {
            production.put(service(i), image(service(i), 0));
        }
    }

    static String service(int i) {
        return "service-%04d".formatted(i);
    }

    static Digest digest(String service, int release) {
        return Digest.sha256(service + "@" + release);
    }

    private static PinnedImage image(String service, int release) {
        return new PinnedImage("shop/" + service, digest(service, release), "1." + release);
    }

    void make() {
        long version = 0;
        long built = 0;
        List<RecordedEvent> events = new ArrayList<>();
        for (int n = 1; n <= releases; n++) {
            List<Event> news = new ArrayList<>();
            release(n, news);
            for (Event event : news) {
                events.add(new RecordedEvent(version + events.size() + 1, at(n), event));
            }
            if (n % RELEASES_PER_APPEND == 0 || n == releases) {
                version = store.append(STREAM, version, events);
                events.clear();
                built = store.append(BUILD_STREAM, built, at(n), builds);
                builds.clear();
            }
        }
        String newest = parent.orElseThrow().value();
        version = store.append(
                STREAM, version, END, List.of(new Event.BaselineInstalled("staging", new Digest(newest), List.of())));
        List<Event> waiting = new ArrayList<>();
        for (int i = 0; i < IMAGES; i++) {
            waiting.add(queued("waiting-" + i, images(releases + 1, IMAGES / 2), END));
        }
        store.append(STREAM, version, END, waiting);
    }

    /** When so many releases before the end were made. */
    Instant before(int count) {
        return at(releases - count + 1);
    }

    private Instant at(int release) {
        return END.minusSeconds((releases - release + 1) * SECONDS / releases);
    }

    private SortedMap<String, PinnedImage> images(int release, int count) {
        SortedMap<String, PinnedImage> images = new TreeMap<>();
        while (images.size() < count) {
            String service = service(random.nextInt(SERVICES));
            images.put(service, image(service, release));
        }
        return images;
    }

    private Event.ChangeQueued queued(String id, SortedMap<String, PinnedImage> images, Instant at) {
        Origin origin = new Origin(
                images.firstKey() + "#" + random.nextInt(10_000),
                "job/" + images.firstKey() + "/",
                "person" + random.nextInt(PEOPLE));
        return new Event.ChangeQueued(new Change(id, images, origin, at, 0, true));
    }

    /** A quarter of an hour to a day. */
    private long lead() {
        return 900 + random.nextInt(86_400);
    }

    private void release(int n, List<Event> events) {
        Event.ChangeQueued first = queued("c" + n + "a", images(n, IMAGES / 2), at(n).minusSeconds(lead()));
        Event.ChangeQueued second = queued("c" + n + "b", images(n, IMAGES / 2), at(n).minusSeconds(lead()));
        boolean ejected = n % 5 == 0;
        SortedMap<String, PinnedImage> changed = new TreeMap<>(first.change().images());
        List<String> changes = new ArrayList<>(List.of("c" + n + "a"));
        if (!ejected) {
            changed.putAll(second.change().images());
            changes.add("c" + n + "b");
        }
        if (n > releases - BUILT) {
            changed.keySet().forEach(service -> build(service, production.get(service), n));
        }
        production.putAll(changed);
        Digest set = keep(n);
        events.add(first);
        events.add(second);
        events.add(new Event.BatchDeparted("b" + n, List.of("c" + n + "a", "c" + n + "b"), set));
        events.add(new Event.TrialStarted("t" + n, "b" + n, set, changes, "batch", "staging", "cart#1", n, false));
        int installed = 20_000 + random.nextInt(100_000);
        int tested = 300_000 + random.nextInt(1_500_000);
        events.add(new Event.TrialInstalled(
                "t" + n, List.of(first.change().images().firstKey()), installed));
        events.add(
                new Event.TrialEnded("t" + n, set, "system", Verdict.PASSED, "all tests passed", installed + tested));
        events.add(made(n, set, changed, changes));
        events.add(new Event.ReleasePromoted("shop-" + n, "p" + n));
        events.add(new Event.ChangeEnded("c" + n + "a", Outcome.RELEASED, "its trial passed", "shop-" + n));
        events.add(
                ejected
                        ? new Event.ChangeEnded("c" + n + "b", Outcome.EJECTED, n % 80 + " of 80 tests failed", "")
                        : new Event.ChangeEnded("c" + n + "b", Outcome.RELEASED, "its trial passed", "shop-" + n));
        events.add(new Event.BatchEnded("b" + n, List.of()));
    }

    /** The builds of a service's job since its image of before, two commits each; the last one's image is released. */
    private void build(String service, PinnedImage former, int n) {
        Digest since = former.digest();
        for (int i = 1; i <= BUILDS; i++) {
            long number = (long) n * BUILDS + i;
            Digest image = i == BUILDS ? digest(service, n) : Digest.sha256(service + "@" + n + "." + i);
            List<Commit> commits = new ArrayList<>();
            for (int c = 0; c < 2; c++) {
                String id = Digest.sha256(service + number + c).hex().substring(0, 40);
                String person = "person" + random.nextInt(PEOPLE);
                commits.add(new Commit(
                        id,
                        "SHOP-" + number + ": what is done here is told in a line of usual length",
                        person,
                        person,
                        Optional.of(at(n)),
                        "https://git.example/shop/" + service + "/commit/" + id,
                        List.of("SHOP-" + number)));
            }
            builds.add(new Event.ImageBuilt(
                    image,
                    new Built(
                            service,
                            new Origin(service + "#" + number, "https://ci/job/" + service + "/" + number + "/", ""),
                            "main",
                            false,
                            List.of(new Built.Source(
                                    "https://github.com/shop/" + service,
                                    commits.get(0).id())),
                            Optional.of(since),
                            commits,
                            0)));
            since = image;
        }
    }

    private static Event.ReleaseMade made(
            int n, Digest set, SortedMap<String, PinnedImage> changed, List<String> changes) {
        return new Event.ReleaseMade(
                "shop-" + n,
                "shop",
                n,
                Event.Kind.MONO,
                set,
                n == 1 ? "" : "shop-" + (n - 1),
                n > 2 && n % 50 == 0 ? "shop-" + (n - 2) : "",
                changed,
                changes,
                "t" + n,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    private Digest keep(int n) {
        if (n <= releases - SETS) {
            return Digest.sha256("set " + n);
        }
        ImageSet set = ImageSet.of(production);
        store.saveSet(set, parent);
        parent = Optional.of(set.digest());
        return set.digest();
    }
}
