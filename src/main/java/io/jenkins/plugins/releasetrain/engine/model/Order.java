package io.jenkins.plugins.releasetrain.engine.model;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Which of two changes of one service is the newer (I13): of builds of one job the one with the higher number, whenever it
 * arrives; otherwise the one that was queued later. A build that repeats another one, as a replay does, is as old as that.
 * A job that is deleted and made again, as a branch's is, begins its numbers anew: who has a lower one, and began only after the
 * other was queued, is of the new ones.
 *
 * @param job full name of the job, with the controller that it is on; empty where no job is known
 * @param number of the build in that job; 0 where none is known
 * @param began when that build began; empty where it is not known
 */
public record Order(String job, long number, Instant queuedAt, Optional<Instant> began) {
    /** Changes or lanes of one job that may wait at once; all readers of what waits share the cost of them. */
    public static final int MOST_OF_JOB = 2_000;

    /** @param origin whose {@code build} is the job's name, {@code #} and the number */
    public static Order of(Origin origin, Instant queuedAt) {
        int mark = origin.build().lastIndexOf('#');
        String number = origin.build().substring(mark + 1);
        if (mark <= 0
                || number.isEmpty()
                || number.length() > 18
                || !number.chars().allMatch(Character::isDigit)) {
            return new Order("", 0, queuedAt, Optional.empty());
        }
        String controller = origin.controller().map(c -> c + ":").orElse("");
        return new Order(
                controller + origin.build().substring(0, mark),
                origin.repeats().orElseGet(() -> Long.parseLong(number)),
                queuedAt,
                origin.began());
    }

    public static Order of(Change change) {
        return of(change.origin(), change.queuedAt());
    }

    /** Whether both are builds of one job, so that their numbers decide. */
    public boolean isOfSameJob(Order other) {
        return !job.isEmpty() && job.equals(other.job);
    }

    /**
     * A job that queues without end would make everybody else's train slow.
     *
     * @param undecided what is under way already
     * @throws EngineException this job has as much under way as it may
     */
    public void checkRoom(Stream<Order> undecided) {
        if (undecided.filter(this::isOfSameJob).limit(MOST_OF_JOB).count() == MOST_OF_JOB) {
            throw EngineException.invalid("This job has " + MOST_OF_JOB
                    + " changes under way here already, and one job may not have more. Wait until some are decided, or"
                    + " abort builds that nobody needs any more");
        }
    }

    /** The newer of two; of those that are as new the second. */
    public static Order newer(Order one, Order other) {
        return other.isOlderThan(one) ? one : other;
    }

    /** Not transitive over builds of several jobs; of more than two ask {@link #newest}. */
    public boolean isOlderThan(Order other) {
        if (!isOfSameJob(other) || number == other.number) {
            return queuedAt.isBefore(other.queuedAt);
        }
        return number < other.number ? !isOfAnewAfter(other) : other.isOfAnewAfter(this);
    }

    /** Of a job that was not made again, whoever has the lower number began before the other could be queued. */
    private boolean isOfAnewAfter(Order higher) {
        return began.filter(at -> at.isAfter(higher.queuedAt)).isPresent();
    }

    /**
     * The newest: of each job its highest number, and of these and all others the one that was queued last.
     *
     * @return empty where there are none; of those that are as new the last one
     */
    public static <T> Optional<T> newest(Collection<T> all, Function<T, Order> order) {
        Map<Object, T> heads = new LinkedHashMap<>();
        for (T one : all) {
            String job = order.apply(one).job();
            heads.merge(
                    job.isEmpty() ? one : job,
                    one,
                    (former, next) -> order.apply(next).isOlderThan(order.apply(former)) ? former : next);
        }
        Comparator<T> byTime = Comparator.comparing(one -> order.apply(one).queuedAt());
        return heads.values().stream().reduce((a, b) -> byTime.compare(b, a) < 0 ? a : b);
    }
}
