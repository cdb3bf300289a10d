package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.progress.LivePromotion;
import io.jenkins.plugins.releasetrain.engine.store.Activity;
import io.jenkins.plugins.releasetrain.engine.store.Activity.Running;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.Listed;
import io.jenkins.plugins.releasetrain.engine.store.Store.ReleaseRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What goes on now. */
final class NowViews {
    private static final int OPEN = 100;
    private static final int TRAINS = 50;
    private static final int LANES = 100;
    private static final int OWNERS = 500;

    private final Store store;
    private final Live live;
    private final LaneViews laneViews;

    NowViews(Store store, Live live) {
        this.store = store;
        this.live = live;
        this.laneViews = new LaneViews(store, live);
    }

    /** Every train, and the lanes that have something to do. */
    View.Now now() {
        List<View.TrainNow> views =
                standings(streams(), 1).stream().map(Standing::train).toList();
        return new View.Now(views, owners(), promotions(), lines());
    }

    List<String> owners() {
        return Stream.concat(store.streams("train/").stream(), store.streams("lane/").stream())
                .map(ItemViews::owner)
                .limit(OWNERS)
                .toList();
    }

    /** Streams of the trains and of the lanes that have something to do; what is active comes into the limit first. */
    List<String> streams() {
        Set<String> shown = new LinkedHashSet<>(store.activeStreams("train/", TRAINS));
        store.streams("train/").stream().limit(TRAINS).forEach(shown::add);
        return Stream.concat(shown.stream().limit(TRAINS).sorted(), store.activeStreams("lane/", LANES).stream())
                .toList();
    }

    List<Live.Line> lines() {
        return live.lines();
    }

    List<View.PlainPromotion> promotions() {
        return live.promotions().stream()
                .map(p -> new View.PlainPromotion(
                        p.order().promotion(),
                        p.order().from(),
                        p.order().to(),
                        p.since(),
                        p.progress().state(),
                        p.progress().plan()))
                .toList();
    }

    View.TrainNow train(String stream) {
        return standings(List.of(stream), 1).get(0).train();
    }

    /**
     * A train, or lanes.
     *
     * @param last its last releases, newest first
     */
    record Standing(String stream, View.TrainNow train, List<Listed> last) {}

    /** Asks the store once for all of them. */
    List<Standing> standings(List<String> streams, int last) {
        List<Activity> activities = store.activities(streams, OPEN);
        Map<String, List<Listed>> releases =
                store.newest(streams.stream().map(ItemViews::owner).toList(), last);
        Map<String, Entry> judges = judges(activities);
        List<Standing> standings = new ArrayList<>();
        for (Activity activity : activities) {
            List<Listed> newest = releases.getOrDefault(ItemViews.owner(activity.stream()), List.of());
            standings.add(new Standing(
                    activity.stream(), train(activity, newest.stream().findFirst(), judges), newest));
        }
        return standings;
    }

    /** Whose bodies judge trials, by change: most of them wait themselves. */
    private Map<String, Entry> judges(List<Activity> activities) {
        Map<String, Entry> judges = new HashMap<>();
        activities.forEach(a -> a.open().forEach(entry -> judges.put(entry.id(), entry)));
        List<String> others = activities.stream()
                .flatMap(a -> a.trials().stream())
                .map(t -> t.started().conductor())
                .filter(conductor -> !judges.containsKey(conductor))
                .toList();
        store.requests(others).forEach(entry -> judges.put(entry.id(), entry));
        return judges;
    }

    private View.TrainNow train(Activity activity, Optional<Listed> newest, Map<String, Entry> judges) {
        String name = ItemViews.owner(activity.stream());
        boolean lanes = activity.stream().startsWith("lane/");
        List<View.TrialNow> trials = lanes
                ? laneViews.trials(activity)
                : activity.trials().stream()
                        .map(t -> trial(t, activity, judges))
                        .toList();
        Set<String> inBatch = new LinkedHashSet<>();
        activity.departed().ifPresent(b -> inBatch.addAll(b.changes()));
        if (lanes) {
            trials.forEach(t -> inBatch.addAll(t.changes()));
        }
        List<View.Waiting> batch = new ArrayList<>();
        List<View.Waiting> queue = new ArrayList<>();
        for (Entry entry : inOrder(activity.open())) {
            boolean departed = inBatch.contains(entry.id());
            (departed ? batch : queue).add(waiting(departed ? 0 : queue.size() + 1, entry));
        }
        Optional<Event.TrainPaused> paused = activity.pause().map(p -> (Event.TrainPaused) p.event());
        return new View.TrainNow(
                name,
                lanes ? "LANE" : "TRAIN",
                state(activity, trials, batch, queue),
                paused.map(Event.TrainPaused::reason).orElse(""),
                paused.map(Event.TrainPaused::user).orElse(""),
                activity.pause().map(Store.RecordedEvent::at),
                live.waits(name),
                newest.map(Listed::id).orElse(""),
                newest.filter(Listed::onItsWay)
                        .flatMap(r -> store.release(r.id()))
                        .map(this::promotion),
                trials.stream().findFirst(),
                trials,
                batch,
                queue,
                queue.size() + (activity.open().size() == OPEN ? "+" : ""));
    }

    private View.Promotion promotion(ReleaseRecord release) {
        Event.ReleaseMade made = release.made();
        List<Digest> images =
                made.changed().values().stream().map(PinnedImage::digest).toList();
        Optional<LivePromotion> now = live.release(made.id());
        return new View.Promotion(
                made.id(),
                release.madeAt(),
                live.copies(images),
                now.map(LivePromotion::state),
                now.map(LivePromotion::plan));
    }

    private static List<Entry> inOrder(List<Entry> open) {
        return open.stream()
                .sorted(Comparator.comparing(NowViews::priority).reversed())
                .toList();
    }

    private static int priority(Entry entry) {
        return entry.began() instanceof Event.ChangeQueued e ? e.change().priority() : 0;
    }

    private static String state(
            Activity activity, List<View.TrialNow> trials, List<View.Waiting> batch, List<View.Waiting> queue) {
        if (activity.pause().isPresent()) {
            return "PAUSED";
        } else if (!trials.isEmpty()) {
            return "TESTING";
        } else if (!batch.isEmpty()) {
            return "SEARCHING";
        }
        return queue.isEmpty() ? "IDLE" : "WAITING";
    }

    private View.TrialNow trial(Running trial, Activity activity, Map<String, Entry> judges) {
        Event.TrialStarted e = trial.started();
        Set<String> changes = Set.copyOf(e.changes());
        List<Digest> images = activity.open().stream()
                .filter(entry -> changes.contains(entry.id()))
                .flatMap(entry -> entry.images().values().stream())
                .map(PinnedImage::digest)
                .toList();
        boolean installing = trial.installed().isEmpty();
        View.Progress progress = new View.Progress(
                installing ? "INSTALL" : "TEST",
                trial.since().plus(trial.installed().orElse(Duration.ZERO)),
                live.rollouts(e.environment()).filter(r -> installing && !r.at().isBefore(trial.since())),
                live.tests(e.trial()),
                live.copies(images),
                live.trouble(e.trial()));
        return new View.TrialNow(
                e.trial(),
                e.environment(),
                e.purpose(),
                e.conductor(),
                e.changes(),
                trial.since(),
                progress,
                Optional.ofNullable(judges.get(e.conductor()))
                        .map(c -> Searched.Judge.of(c.origin()))
                        .orElse(null));
    }

    private View.Waiting waiting(int position, Entry entry) {
        return new View.Waiting(
                position,
                entry.id(),
                entry.images().entrySet().stream()
                        .limit(OPEN)
                        .map(i -> i.getKey() + " " + i.getValue().tag())
                        .toList(),
                entry.origin().build(),
                entry.origin().url(),
                entry.origin().user(),
                entry.beganAt(),
                live.waits(entry.id()).stream().map(Live.Wait::why).findFirst().orElse(""));
    }

    static Optional<Entry> find(Store store, String id) {
        return store.requests(List.of(id)).stream().findFirst();
    }
}
