package io.jenkins.plugins.releasetrain.engine.lane;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where a lane is; always exactly one of these (design §6). One that has ended is none any more: what is left to do for
 * it is an {@link Obligation}.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
@JsonSubTypes({
    @JsonSubTypes.Type(value = Phase.Waiting.class, name = "waiting"),
    @JsonSubTypes.Type(value = Phase.Entered.class, name = "entered"),
    @JsonSubTypes.Type(value = Phase.Testing.class, name = "testing"),
    @JsonSubTypes.Type(value = Phase.Passed.class, name = "passed"),
    @JsonSubTypes.Type(value = Phase.Leaving.class, name = "leaving"),
    @JsonSubTypes.Type(value = Phase.Promoting.class, name = "promoting")
})
public sealed interface Phase {
    /** The attempt that has a place in the environment. */
    default Optional<Event.LaneStarted> attempt() {
        return Optional.empty();
    }

    /** What others did meanwhile; nothing where nobody looks at it. */
    default Presence seen() {
        return Presence.NONE;
    }

    /** The same with what others did. */
    default Phase seeing(Presence now) {
        return this;
    }

    /** When it began, by the times that {@link StreamTime} tells; empty where nobody asks. */
    default Optional<Instant> began() {
        return Optional.empty();
    }

    /** The same, so much longer ago. */
    default Phase earlier(Duration by) {
        return this;
    }

    /**
     * For its place in the environment.
     *
     * @param why what became of the attempt before; empty for the first
     * @param apart whether nothing that counts for it may be there
     */
    record Waiting(String why, boolean apart, Instant since) implements Phase {
        @Override
        public Optional<Instant> began() {
            return Optional.of(since);
        }

        @Override
        public Phase earlier(Duration by) {
            return new Waiting(why, apart, since.minus(by));
        }
    }

    /** In the environment; its candidates are being put in. */
    record Entered(Event.LaneStarted started, Instant since) implements Phase {
        @Override
        public Optional<Event.LaneStarted> attempt() {
            return Optional.of(started);
        }

        @Override
        public Optional<Instant> began() {
            return Optional.of(since);
        }

        @Override
        public Phase earlier(Duration by) {
            return new Entered(started, since.minus(by));
        }
    }

    /** Its candidates were seen running, and its tests run. */
    record Testing(Event.LaneStarted started, Event.LaneInstalled installed, Instant since, Presence presence)
            implements Phase {
        @Override
        public Optional<Event.LaneStarted> attempt() {
            return Optional.of(started);
        }

        @Override
        public Presence seen() {
            return presence;
        }

        @Override
        public Phase seeing(Presence now) {
            return new Testing(started, installed, since, now);
        }

        @Override
        public Optional<Instant> began() {
            return Optional.of(since);
        }

        @Override
        public Phase earlier(Duration by) {
            return new Testing(started, installed, since.minus(by), presence);
        }
    }

    /** Its tests passed; it waits for what its verdict stands on, and for its turn to be promoted. */
    record Passed(Event.LaneStarted started, Event.LaneTested tested, Presence presence) implements Phase {
        @Override
        public Optional<Event.LaneStarted> attempt() {
            return Optional.of(started);
        }

        @Override
        public Presence seen() {
            return presence;
        }

        @Override
        public Phase seeing(Presence now) {
            return new Passed(started, tested, now);
        }
    }

    /** Its attempt failed or is void; it goes out, to wait once more or to end. */
    record Leaving(Event.LaneStarted started, Event.LaneTested tested, boolean installed, Presence presence)
            implements Phase {
        /** Whether it says anything about the lane or the environment: not void, and nothing else may explain it. */
        boolean tells() {
            return tested.verdict() != Verdict.VOID
                    && tested.drift().isEmpty()
                    && tested.beside().orElse(List.of()).isEmpty();
        }

        /** Whether the environment let nobody be installed: that is waited for, as for one that is broken. */
        boolean isHindered() {
            return !installed
                    && tested.verdict() == Verdict.VOID
                    && tested.fault().filter(f -> f == Fault.ENVIRONMENT).isPresent();
        }

        @Override
        public Optional<Event.LaneStarted> attempt() {
            return Optional.of(started);
        }

        @Override
        public Presence seen() {
            return presence;
        }
    }

    /** Its release is being promoted. */
    record Promoting(Event.LaneStarted started, Event.ReleaseMade made) implements Phase {
        @Override
        public Optional<Event.LaneStarted> attempt() {
            return Optional.of(started);
        }
    }
}
