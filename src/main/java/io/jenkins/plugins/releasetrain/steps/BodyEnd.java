package io.jenkins.plugins.releasetrain.steps;

import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.host.Words;
import java.io.Serializable;

/**
 * How a body ended and what that says about the images, as plain values (I4). No record, since it is kept in the program of
 * the build. The words of a failure stay in the log of the build that ran the tests, whose rights and masks hold; what goes
 * to the store, and so to others, is the kind of failure and where it was.
 */
final class BodyEnd implements Serializable {
    private static final long serialVersionUID = 1;

    private final How how;
    private final String what;
    private final String words;

    /** What ended it. */
    enum How {
        DONE,
        ERROR,
        /** A build that it waited for ended as a failure or as unstable. */
        DOWNSTREAM,
        /** Somebody said no. */
        DECLINED,
        /** A timeout within the body. */
        TIMEOUT,
        INTERRUPTED,
        AGENT_LOST,
        /** What it did cannot be looked at. */
        UNREADABLE
    }

    /**
     * @param what the failure's class or the result of a downstream build; for {@link How#DECLINED} who, for others to read
     * @param words for the log of the build that ran it
     */
    BodyEnd(How how, String what, String words) {
        this.how = how;
        this.what = Words.line(what);
        this.words = Words.line(words);
    }

    static BodyEnd done() {
        return new BodyEnd(How.DONE, "", "");
    }

    How how() {
        return how;
    }

    String words() {
        return words;
    }

    /** What else is known of the body. */
    static final class Marks implements Serializable {
        static final Marks NONE = new Marks("", "", "", true);
        private static final long serialVersionUID = 1;

        private final String failedAt;
        private final String warnedAt;
        private final String worse;
        private final boolean alone;

        /**
         * @param failedAt id of the step where the failure arose; empty where it is not known
         * @param warnedAt id of a step that marked itself as unstable; empty for none
         * @param worse the build's result, where it became worse meanwhile; empty otherwise
         * @param alone whether nothing else of the build can have made it worse
         */
        Marks(String failedAt, String warnedAt, String worse, boolean alone) {
            this.failedAt = failedAt;
            this.warnedAt = warnedAt;
            this.worse = worse;
            this.alone = alone;
        }

        /**
         * The result of a build only becomes worse once, so that the next body of a step whose tests may have made it worse
         * cannot be seen to do it again.
         *
         * @param doubt result that an earlier body of the step may have made; empty for none
         */
        Marks orDoubt(String doubt) {
            return alone || !worse.isEmpty() ? this : new Marks(failedAt, warnedAt, doubt, false);
        }

        /** What stays in doubt after this body; empty for nothing. */
        String doubt() {
            return alone ? "" : worse;
        }
    }

    /** @param timeoutFails whether a timeout within the body is a failed test, instead of saying nothing */
    Judgement judge(Marks marks, boolean timeoutFails) {
        return switch (how) {
            case DONE -> ended(marks);
            case ERROR -> failed(what, marks.failedAt);
            case DOWNSTREAM -> failed("a build that they started ended as " + what, marks.failedAt);
            case DECLINED -> new Judgement(Verdict.VOID, true, "declined" + (what.isEmpty() ? "" : ": " + what));
            case TIMEOUT ->
                timeoutFails
                        ? failed("they took longer than their timeout", marks.failedAt)
                        : none("the tests were interrupted by their timeout");
            case INTERRUPTED -> none("the tests were interrupted" + (what.isEmpty() ? "" : ": " + what));
            case AGENT_LOST -> none("the agent of the tests was lost");
            case UNREADABLE -> none("what the tests did cannot be read");
        };
    }

    private static Judgement ended(Marks marks) {
        if (!marks.warnedAt.isEmpty()) {
            return failed("marked as unstable", marks.warnedAt);
        } else if (marks.worse.isEmpty()) {
            return new Judgement(Verdict.PASSED, false, "");
        }
        return marks.alone
                ? failed("they made the build's result " + marks.worse, "")
                : none("the build's result became " + marks.worse + " while several of its branches ran,"
                        + " so that nobody knows whose tests did it");
    }

    private static Judgement failed(String why, String step) {
        return new Judgement(
                Verdict.FAILED, false, "the tests failed: " + why + (step.isEmpty() ? "" : ", at step " + step));
    }

    private static Judgement none(String why) {
        return new Judgement(Verdict.VOID, false, why);
    }

    /** A verdict and its reason, kept until it is delivered. */
    static final class Judgement implements Serializable {
        private static final long serialVersionUID = 1;

        private final Verdict verdict;
        private final boolean declined;
        private final String reason;

        /** @param declined a person said no, so that what was tried is not tried again, and nobody is blamed (I12) */
        Judgement(Verdict verdict, boolean declined, String reason) {
            this.verdict = verdict;
            this.declined = declined;
            this.reason = reason;
        }

        Verdict verdict() {
            return verdict;
        }

        boolean declined() {
            return declined;
        }

        String reason() {
            return reason;
        }
    }
}
