package io.jenkins.plugins.releasetrain.steps;

import hudson.model.Result;
import io.jenkins.plugins.releasetrain.steps.BodyEnd.Judgement;
import java.io.Serializable;
import java.util.Optional;
import org.jenkinsci.plugins.workflow.steps.BodyExecution;

/** Where a step's body is, as it is kept in the program of the build. No records, since old programs must be readable. */
sealed interface BodyState extends Serializable {
    /** Nothing has been run yet. */
    final class Idle implements BodyState {
        private static final long serialVersionUID = 1;
    }

    /** A trial's tests run. */
    final class Running implements BodyState {
        private static final long serialVersionUID = 1;

        final String trial;
        final String block;
        final BodyExecution body;
        final BuildResult result;

        /** @param block id of the body's first node */
        Running(String trial, String block, BodyExecution body, BuildResult result) {
            this.trial = trial;
            this.block = block;
            this.body = body;
            this.result = result;
        }
    }

    /** A trial's tests have ended, and nobody has looked at what they did yet. */
    final class Done implements BodyState {
        private static final long serialVersionUID = 1;

        final Running ran;
        final String last;
        final BodyEnd end;
        private final Result worse;
        final transient Throwable failure;

        /**
         * @param last id of the body's last node
         * @param failure not kept over a restart
         */
        Done(Running ran, String last, BodyEnd end, Optional<Result> worse, Throwable failure) {
            this.ran = ran;
            this.last = last;
            this.end = end;
            this.worse = worse.orElse(null);
            this.failure = failure;
        }

        Optional<Result> worse() {
            return Optional.ofNullable(worse);
        }
    }

    /** A trial's verdict, kept for whoever asks for it again after a crash. */
    final class Judged implements BodyState {
        private static final long serialVersionUID = 1;

        final String trial;
        final Judgement judgement;

        Judged(String trial, Judgement judgement) {
            this.trial = trial;
            this.judgement = judgement;
        }
    }

    /** Whose tests run, have run or are looked at; empty for none. */
    default String trial() {
        if (this instanceof Running running) {
            return running.trial;
        } else if (this instanceof Done done) {
            return done.ran.trial;
        }
        return this instanceof Judged judged ? judged.trial : "";
    }
}
