package io.jenkins.plugins.releasetrain.steps;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.AbortException;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.junit.jupiter.api.Test;

/** I8: a step that works in the background answers, whatever happens there. */
class AnsweringTest {
    private final FakeStepContext context = new FakeStepContext();

    @Test
    void whatTheWorkMakesIsTheAnswer() {
        Answering.by(context, "someStep", () -> "made");

        assertThat(context.answers).containsExactly("made");
        assertThat(context.failures).isEmpty();
    }

    @Test
    void B4_I8_errorsOfAnyKindEndTheStep() {
        for (Throwable wrong : new Throwable[] {
            new ClassCastException("class java.math.BigDecimal cannot be cast"),
            new NullPointerException(),
            new StackOverflowError(),
            new OutOfMemoryError("Java heap space"),
            new java.io.IOException("No space left on device"),
            new java.io.UncheckedIOException(new java.io.IOException("No space left on device"))
        }) {
            FakeStepContext one = new FakeStepContext();

            Answering.by(one, "someStep", () -> {
                AnsweringTest.<RuntimeException>sneak(wrong);
                return "never";
            });

            assertThat(one.answers).isEmpty();
            assertThat(one.failures).containsExactly(wrong);
        }
    }

    @Test
    void whatIsKnownToBeWrongIsOneSentence() {
        Answering.by(context, "someStep", () -> {
            throw EngineException.invalid("Unknown environment 'x'; configured are cd");
        });

        assertThat(context.failures)
                .singleElement()
                .satisfies(failure -> assertThat(failure)
                        .isInstanceOf(AbortException.class)
                        .hasMessage("someStep: Unknown environment 'x'; configured are cd"));
    }

    @Test
    void I8_anAnswerThatCannotBeTakenEndsTheStepToo() {
        context.onAnswer = new IllegalStateException("not serializable");

        Answering.by(context, "someStep", () -> "made");

        assertThat(context.failures).containsExactly(context.onAnswer);
    }

    @Test
    void anInterruptIsKept() {
        Answering.by(context, "someStep", () -> {
            throw new InterruptedException("Jenkins stops");
        });

        assertThat(Thread.interrupted()).isTrue();
        assertThat(context.failures).singleElement().isInstanceOf(InterruptedException.class);
    }

    /** As right after a start of Jenkins, or while the database is away. */
    @Test
    void B6_whatMayBeThereInAMomentIsWaitedForAndToldOnce() {
        FakeBuildHost host = new FakeBuildHost();
        HostedExecution step = new Step(context);
        step.on(host);
        int[] tries = {0};
        step.answer("someStep", () -> {
            if (tries[0]++ < 3) {
                throw new EngineException(FailureKind.UNAVAILABLE, "The store is being opened");
            }
            return "made";
        });
        for (int i = 0; i < 3; i++) {
            assertThat(context.answers).isEmpty();
            host.runLater();
        }
        assertThat(context.answers).containsExactly("made");
        assertThat(context.failures).isEmpty();
        assertThat(context.log()).containsOnlyOnce("The store is being opened – trying again");
    }

    @Test
    void I8_whoeverIsStoppedWhileHeWaitsDoesNotTryAgain() throws Exception {
        FakeBuildHost host = new FakeBuildHost();
        HostedExecution step = new Step(context);
        step.on(host);
        int[] tries = {0};
        step.answer("someStep", () -> {
            tries[0]++;
            throw new EngineException(FailureKind.UNAVAILABLE, "The store is being opened");
        });
        step.stop(new InterruptedException("stopped"));
        host.runLater();
        host.runLater();
        assertThat(tries[0]).isLessThanOrEqualTo(2);
    }

    private static final class Step extends HostedExecution {
        private static final long serialVersionUID = 1;

        Step(StepContext context) {
            super(context);
        }

        @Override
        public boolean start() {
            return false;
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable t) throws T {
        throw (T) t;
    }
}
