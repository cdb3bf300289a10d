package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.Listed;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What needs a person, and one line per train; and a train as a whole. */
final class OverviewViews {
    private static final int LAST = 10;
    private static final Pattern SEARCH = Pattern.compile("^(search|finding the culprit|proof):");

    private final Store store;
    private final NowViews now;
    private final Live live;
    private final Clock clock;
    private final Outlook.Source outlooks;

    OverviewViews(Store store, NowViews now, Live live, Clock clock, Outlook.Source outlooks) {
        this.store = store;
        this.now = now;
        this.live = live;
        this.clock = clock;
        this.outlooks = outlooks;
    }

    /**
     * Another one whenever the overview may be: by versions of streams, and by the minute, since some of it is about the
     * time. Reads no event.
     */
    String version() {
        StringBuilder all = new StringBuilder();
        all.append(clock.instant().truncatedTo(ChronoUnit.MINUTES));
        for (String prefix : List.of("train/", "lane/")) {
            all.append(store.versions(prefix));
        }
        all.append(outlooks.changes());
        live.promotions().forEach(p -> all.append(p.order().promotion()).append(p.since()));
        live.lines()
                .forEach(line -> line.standings()
                        .forEach(s ->
                                all.append(line.environment()).append(s.id()).append(s.position())));
        return Digest.sha256(all.toString().getBytes(StandardCharsets.UTF_8)).abbreviated();
    }

    View.Overview overview() {
        List<Lines.Trouble> trouble = new ArrayList<>();
        List<Lines.Line> trains = new ArrayList<>();
        List<Lines.Line> lanes = new ArrayList<>();
        for (NowViews.Standing standing : now.standings(now.streams(), LAST)) {
            View.TrainNow train = standing.train();
            Outlook outlook = outlook(standing.stream());
            if (!outlook.configured() && train.state().equals("IDLE")) {
                continue;
            }
            trouble.addAll(trouble(train, outlook));
            (train.kind().equals("LANE") ? lanes : trains).add(line(standing, outlook));
        }
        Comparator<Lines.Line> order = Comparator.comparing((Lines.Line l) ->
                        trouble.stream().noneMatch(t -> t.owner().equals(l.name())))
                .thenComparing(l -> l.state().equals("IDLE"))
                .thenComparing(Lines.Line::name);
        trains.sort(order);
        lanes.sort(order);
        return new View.Overview(trouble, trains, lanes, now.owners(), now.promotions(), now.lines());
    }

    /**
     * @param stream of a train, or of the lanes of an environment
     * @throws EngineException NOT_FOUND where neither the history nor the configuration has it
     */
    View.OneTrain train(String stream) {
        Outlook outlook = outlook(stream);
        if (!outlook.configured() && store.version(stream) == 0) {
            throw new EngineException(
                    FailureKind.NOT_FOUND,
                    "There is no '" + ItemViews.owner(stream) + "'; there are " + String.join(", ", now.owners()));
        }
        View.TrainNow train = now.train(stream);
        return new View.OneTrain(train, Hindrance.told(train, outlook, live.lines()));
    }

    private Outlook outlook(String stream) {
        return outlooks.of(stream.startsWith("train/") ? ItemViews.owner(stream) : stream);
    }

    private static List<Lines.Trouble> trouble(View.TrainNow t, Outlook o) {
        List<Lines.Trouble> all = new ArrayList<>();
        if (t.pausedSince().isPresent()) {
            all.add(trouble(
                    t, "PAUSED", t.paused(), t.pausedBy(), t.pausedSince().get(), "", ""));
        }
        o.broken().forEach(b -> all.add(trouble(t, "BROKEN", "", "", b.since(), b.environment(), "")));
        if (!o.held().isEmpty()) {
            all.add(trouble(t, "HELD", o.held(), "", null, "", ""));
        }
        Optional.ofNullable(o.unfinished())
                .ifPresent(r -> all.add(trouble(t, "UNFINISHED", r.reason(), r.user(), null, "", r.release())));
        if (o.departure() != null && o.departure().allFrozen()) {
            all.add(trouble(t, "FROZEN", "", "", null, "", ""));
        }
        if (!o.catalog().isEmpty()) {
            all.add(trouble(t, "CATALOG", o.catalog(), "", null, "", ""));
        }
        return all;
    }

    private static Lines.Trouble trouble(
            View.TrainNow t, String what, String why, String user, Instant since, String environment, String release) {
        return new Lines.Trouble(t.name(), t.kind(), what, why, user, since, environment, release, t.waiting());
    }

    private static Lines.Line line(NowViews.Standing standing, Outlook outlook) {
        View.TrainNow train = standing.train();
        List<Listed> last = standing.last();
        Optional<Listed> released =
                last.stream().filter(r -> r.promotedAt().isPresent()).findFirst();
        String promoting = train.promotion().map(View.Promotion::release).orElse("");
        return new Lines.Line(
                train.name(),
                train.kind(),
                train.state(),
                outlook.configured(),
                released.map(Listed::id).orElse(""),
                released.flatMap(Listed::promotedAt).orElse(null),
                promoting,
                train.trials().stream()
                        .map(t -> new Lines.Tried(
                                t.environment(),
                                t.changes().size(),
                                t.since(),
                                SEARCH.matcher(t.purpose()).find()))
                        .toList(),
                train.batch().size(),
                train.waiting(),
                Stream.concat(train.batch().stream(), train.queue().stream())
                        .flatMap(w -> Stream.ofNullable(outlook.ranges().get(w.id())))
                        .max(Comparator.comparing(Outlook.Range::to))
                        .orElse(null),
                outlook.departure(),
                marks(last, promoting));
    }

    /** @param last newest first; what was not promoted and is not being promoted was refused */
    private static List<Lines.Mark> marks(List<Listed> last, String promoting) {
        List<Lines.Mark> marks = new ArrayList<>();
        int back = Integer.MAX_VALUE;
        for (Listed made : last) {
            if (made.promotedAt().isEmpty()) {
                marks.add(made.id().equals(promoting) ? Lines.Mark.MADE : Lines.Mark.REFUSED);
                continue;
            }
            marks.add(made.number() > back ? Lines.Mark.TURNED_BACK : Lines.Mark.RELEASED);
            if (!made.rollbackOf().isEmpty()) {
                back = number(made.rollbackOf());
            } else if (made.number() <= back) {
                back = Integer.MAX_VALUE;
            }
        }
        Collections.reverse(marks);
        return marks;
    }

    private static int number(String release) {
        String digits = release.substring(release.lastIndexOf('-') + 1);
        return digits.matches("\\d{1,9}") ? Integer.parseInt(digits) : Integer.MAX_VALUE;
    }
}
