package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.event.KeptOut;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.Postponed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Changes that environments keep out: the pull secret of one repository ran out, a quota or a webhook refuses one workload,
 * its pods do not become ready. They stand aside, so that the others go on, and are tried again ever later.
 *
 * @param kept at most one for each change and environment
 */
public record Aside(List<Kept> kept) {
    static final Aside NOBODY = new Aside(List.of());

    /** After it was kept out once, twice, and from then on. */
    private static final List<Duration> PAUSES =
            List.of(Duration.ofMinutes(5), Duration.ofMinutes(15), Duration.ofMinutes(60));

    public Aside {
        kept = List.copyOf(kept);
    }

    /**
     * A change that an environment keeps out.
     *
     * @param times in a row; unknown: those of them of which nobody knows whose fault it is
     * @param since the first of them
     * @param until it is not tried there before
     */
    public record Kept(
            String change, String environment, int times, int unknown, Instant since, Instant until, String why) {
        private boolean isOf(String aChange, String anEnvironment) {
            return change.equals(aChange) && environment.equals(anEnvironment);
        }
    }

    Aside with(KeptOut out, String environment, String why, Instant at) {
        List<Kept> now = new ArrayList<>(kept);
        for (String change : out.changes()) {
            Optional<Kept> before = in(change, environment);
            int times = before.map(Kept::times).orElse(0) + 1;
            int unknown = before.map(Kept::unknown).orElse(0) + (out.fault() == Fault.ENVIRONMENT ? 0 : 1);
            Instant until = at.plus(PAUSES.get(Math.min(times, PAUSES.size()) - 1));
            before.ifPresent(now::remove);
            now.add(new Kept(
                    change, environment, times, unknown, before.map(Kept::since).orElse(at), until, why));
        }
        return new Aside(now);
    }

    /** These could be brought in. */
    Aside without(Collection<String> changes, String environment) {
        return new Aside(kept.stream()
                .filter(k -> !(changes.contains(k.change()) && k.environment().equals(environment)))
                .toList());
    }

    /** It is decided. */
    Aside without(String change) {
        return new Aside(kept.stream().filter(k -> !k.change().equals(change)).toList());
    }

    boolean isOut(String change, String environment, Instant now) {
        return in(change, environment).filter(k -> waits(k, now)).isPresent();
    }

    private static boolean waits(Kept kept, Instant now) {
        return Postponed.waits(kept.until(), now, PAUSES.get(PAUSES.size() - 1));
    }

    /** The environment that lets it in again first; empty where one of these does now. */
    public Optional<Kept> out(String change, Collection<String> environments, Instant now) {
        return environments.stream().allMatch(e -> isOut(change, e, now))
                ? environments.stream().flatMap(e -> in(change, e).stream()).min(Comparator.comparing(Kept::until))
                : Optional.empty();
    }

    private Optional<Kept> in(String change, String environment) {
        return kept.stream().filter(k -> k.isOf(change, environment)).findFirst();
    }

    /** Of one change, in every environment. */
    List<Kept> of(String change) {
        return kept.stream().filter(k -> k.change().equals(change)).toList();
    }

    /** Who is kept out, for people; empty: nobody is. */
    public Optional<String> text() {
        return text(Instant.MIN);
    }

    /** What is waited for, for people; empty: nobody stands aside now. */
    Optional<String> text(Instant now) {
        return kept.stream()
                .filter(k -> k.until().isAfter(now))
                .min(Comparator.comparing(Kept::until))
                .map(k -> "environment '" + k.environment() + "' keeps changes out, tried again at " + k.until() + ": "
                        + k.why());
    }
}
