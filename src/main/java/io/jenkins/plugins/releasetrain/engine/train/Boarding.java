package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.blame.Belief;
import io.jenkins.plugins.releasetrain.engine.blame.Rates;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Who departs, and when: those that are listed, have gathered long enough, and that some environment lets in. */
final class Boarding {
    private final TrainContext context;

    Boarding(TrainContext context) {
        this.context = context;
    }

    Rates rates(TrainState s) {
        return s.statistics().rates(context.settings().prior());
    }

    int batchLimit(TrainState s) {
        return TrialPolicy.batchLimit(
                rates(s), context.settings().smallestBatch(), context.settings().largestBatch());
    }

    /** How long release candidates still gather before they depart; zero: they may. */
    Duration gathering(TrainState s) {
        List<Change> candidates = s.queue().stream()
                .filter(Change::promote)
                .filter(c -> isListed(s, c))
                .toList();
        boolean departed = s.batch().stream().flatMap(b -> b.changes().stream()).anyMatch(Change::promote);
        if (candidates.isEmpty() || departed) {
            return Duration.ZERO;
        }
        Duration left = context.timetable().gathering(candidates, batchLimit(s), now());
        return left.isNegative() ? Duration.ZERO : left;
    }

    private boolean isListed(TrainState s, Change change) {
        return context.timetable().departures().isListed(s, change);
    }

    /** Whether anybody in the queue may depart. */
    boolean mayDepart(TrainState s) {
        List<Change> admitted = admitted(s, s.queue());
        return admitted.stream().anyMatch(c -> !c.promote())
                || admitted.stream().anyMatch(c -> isListed(s, c))
                        && gathering(s).isZero();
    }

    /** Closes the list whose time has come. */
    void closeList() {
        Timetable timetable = context.timetable();
        if (!timetable.departures().times().isEmpty()) {
            context.journal()
                    .update(s -> timetable.departures().closing(s, timetable, now()).stream()
                            .toList());
        }
    }

    /** What the queue waits for where nobody of it may depart. */
    String waitsFor(TrainState s) {
        Departures departures = context.timetable().departures();
        int waiting = departures.waiting(s).size();
        return departures
                .next(now())
                .filter(next -> waiting == s.queue().size())
                .map(next -> "waits for the departure " + next.text() + "; " + waiting
                        + (waiting == 1 ? " change departs then" : " changes depart then"))
                .or(() -> gathering(s).isZero() ? s.aside().text(now()) : Optional.empty())
                .orElseGet(() -> "waits another " + gathering(s).toSeconds() + " s for more changes");
    }

    /**
     * Who is aboard now: the first release candidates, up to the limit for each environment, and all that something is known
     * about; and as many test releases as can be tried at once.
     */
    List<String> departing(TrainState s) {
        List<Change> all = s.batch()
                .filter(batch -> context.catalogs().isOutdated())
                .map(TrainState.Batch::changes)
                .orElseGet(() -> Lineup.waiting(s));
        List<Change> waiting = admitted(s, all);
        Set<String> chosen = new HashSet<>();
        s.trials().forEach(t -> chosen.addAll(t.tried().changes()));
        if (gathering(s).isZero()) {
            List<String> candidates = waiting.stream()
                    .filter(Change::promote)
                    .filter(c -> isListed(s, c))
                    .map(Change::id)
                    .toList();
            // What corrects a broken baseline may be the last one that came.
            int fresh = context.isBroken(s) ? Belief.WIDEST : batchLimit(s) * context.environments();
            chosen.addAll(TrialPolicy.view(candidates, s.search().evidence(), fresh));
        }
        waiting.stream()
                .filter(c -> !c.promote())
                .sorted(Lineup.FIRST)
                .limit(context.environments())
                .forEach(c -> chosen.add(c.id()));
        return all.stream().map(Change::id).filter(chosen::contains).toList();
    }

    /** Who may come in somewhere, and does not wait for a newer one. */
    private List<Change> admitted(TrainState s, List<Change> changes) {
        Set<String> behind = Arrivals.awaited(s).keySet();
        return changes.stream()
                .filter(c -> !behind.contains(c.id())
                        && s.aside()
                                .out(c.id(), context.environmentNames(), now())
                                .isEmpty())
                .toList();
    }

    private Instant now() {
        return context.ports().clock().instant();
    }
}
