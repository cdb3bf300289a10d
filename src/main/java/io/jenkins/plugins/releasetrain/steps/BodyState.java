package io.jenkins.plugins.releasetrain.steps;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import hudson.model.Result;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import io.jenkins.plugins.releasetrain.engine.store.Json;
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
        private final String environment;

        /**
         * @param block id of the body's first node
         * @param environment that the tests hold
         */
        Running(String trial, String block, BodyExecution body, BuildResult result, String environment) {
            this.environment = environment;
            this.trial = trial;
            this.block = block;
            this.body = body;
            this.result = result;
        }

        /** That the tests hold; empty as a program of before leaves it. */
        Optional<String> environment() {
            return Optional.ofNullable(environment);
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
        private static final ObjectMapper JSON = Json.mapper();

        final String trial;
        final Judgement judgement;
        /** As JSON, since records cannot be kept there; null for none, as in old programs. */
        private final String tests;

        Judged(String trial, Judgement judgement, Optional<TestReport> tests) {
            this.trial = trial;
            this.judgement = judgement;
            this.tests = tests.map(Judged::json).orElse(null);
        }

        /** What the body recorded; decides nothing (I11). */
        Optional<TestReport> tests() {
            try {
                return tests == null ? Optional.empty() : Optional.of(JSON.readValue(tests, TestReport.class));
            } catch (JsonProcessingException e) {
                return Optional.empty();
            }
        }

        private static String json(TestReport report) {
            try {
                return JSON.writeValueAsString(report);
            } catch (JsonProcessingException e) {
                return null;
            }
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
