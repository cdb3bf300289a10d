package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.simulation.Advisor;
import io.jenkins.plugins.releasetrain.engine.simulation.Advisor.Site;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Mono or micro, from what a train's newest events measure. The simulation takes seconds, so it runs in the background and
 * its answer is kept; one runs at a time.
 */
final class AdviceViews {
    private static final Duration FRESH = Duration.ofHours(6);
    private static final int KEPT = 50;
    private static final int EVENTS = 3_000;
    private static final int EVENTS_PER_READ = 1_000;
    private static final int ENVIRONMENTS = 2;
    private static final int MOST_ENVIRONMENTS = 5;
    private static final int LANES = 4;
    private static final int MOST_LANES = 50;
    private static final double PRECISION = 1_000;

    private final Store store;
    private final Clock clock;
    private final Executor executor;
    private final Map<Question, Answered> answers = new LinkedHashMap<>();
    private Optional<Question> underWay = Optional.empty();

    private record Question(String train, int environments, int lanes) {}

    private record Answered(View.Advice advice, Instant at) {}

    AdviceViews(Store store, Clock clock, Executor executor) {
        this.store = store;
        this.clock = clock;
        this.executor = executor;
    }

    View.Advice advice(Parameters p) {
        String train = p.required("train");
        if (store.version("train/" + train) == 0) {
            throw new EngineException(FailureKind.NOT_FOUND, "There is no train '" + train + "' in the history");
        }
        Question question = new Question(
                train, p.number("environments", ENVIRONMENTS, MOST_ENVIRONMENTS), p.number("lanes", LANES, MOST_LANES));
        if (begin(question)) {
            executor.execute(() -> answer(question));
        }
        synchronized (this) {
            return Optional.ofNullable(answers.get(question))
                    .map(Answered::advice)
                    .orElse(new View.Advice(train, "COMPUTING", null, List.of(), "", "", null));
        }
    }

    /** @return whether to think about it now */
    private synchronized boolean begin(Question question) {
        Answered known = answers.get(question);
        boolean fresh = known != null && known.at().plus(FRESH).isAfter(clock.instant());
        if (fresh || underWay.isPresent()) {
            return false;
        }
        underWay = Optional.of(question);
        return true;
    }

    private void answer(Question question) {
        Optional<View.Advice> advice = Optional.empty();
        try {
            advice = Optional.of(think(question));
        } finally {
            keep(question, advice);
        }
    }

    private synchronized void keep(Question question, Optional<View.Advice> advice) {
        underWay = Optional.empty();
        advice.ifPresent(a -> {
            answers.remove(question);
            answers.put(question, new Answered(a, clock.instant()));
            if (answers.size() > KEPT) {
                answers.remove(answers.keySet().iterator().next());
            }
        });
    }

    private View.Advice think(Question question) {
        Site site;
        try {
            site = Advisor.measured(newest(question.train()), question.environments(), question.lanes());
        } catch (EngineException e) {
            if (e.kind() != FailureKind.INVALID_INPUT) {
                throw e;
            }
            return new View.Advice(question.train(), "UNKNOWN", null, List.of(), "", e.getMessage(), clock.instant());
        }
        Advisor.Advice advice = Advisor.advise(site, Advisor.Effort.QUICK);
        return new View.Advice(
                question.train(),
                "READY",
                rounded(site),
                advice.rows().stream().map(AdviceViews::row).toList(),
                advice.best().title(),
                advice.text(),
                clock.instant());
    }

    private List<Store.RecordedEvent> newest(String train) {
        String stream = "train/" + train;
        long end = store.version(stream);
        List<Store.RecordedEvent> events = new ArrayList<>();
        for (long after = Math.max(0, end - EVENTS); after < end; after += EVENTS_PER_READ) {
            events.addAll(store.events(stream, after, EVENTS_PER_READ));
        }
        return events;
    }

    private static Site rounded(Site s) {
        return new Site(
                number(s.changesPerHour()),
                number(s.failure()),
                number(s.flake()),
                number(s.trialMinutes()),
                s.environments(),
                s.lanes());
    }

    private static View.Way row(Advisor.Row row) {
        return new View.Way(
                row.title(),
                number(row.capacity()),
                row.steady(),
                number(row.p50Minutes()),
                number(row.p95Minutes()),
                number(row.trialsPerChange()),
                number(row.wrongEjections()));
    }

    /** Null where nothing was released that it could be told from. */
    private static Double number(double value) {
        return Double.isFinite(value) ? (Double) (Math.round(value * PRECISION) / PRECISION) : null;
    }
}
