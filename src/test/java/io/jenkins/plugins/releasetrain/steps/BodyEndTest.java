package io.jenkins.plugins.releasetrain.steps;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.steps.BodyEnd.How;
import io.jenkins.plugins.releasetrain.steps.BodyEnd.Judgement;
import io.jenkins.plugins.releasetrain.steps.BodyEnd.Marks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Design §10: what the end of a body says about the images. */
class BodyEndTest {
    private static Judgement judge(How how, Marks marks) {
        return new BodyEnd(how, "UNSTABLE", "words").judge(marks, false);
    }

    @ParameterizedTest
    @CsvSource({
        "DONE, PASSED",
        "ERROR, FAILED",
        "DOWNSTREAM, FAILED",
        "DECLINED, VOID",
        "TIMEOUT, VOID",
        "INTERRUPTED, VOID",
        "AGENT_LOST, VOID",
        "UNREADABLE, VOID"
    })
    void B10_I4_eachEndHasItsVerdict(How how, Verdict verdict) {
        assertThat(judge(how, Marks.NONE).verdict()).isEqualTo(verdict);
    }

    @Test
    void JP_1_aDownstreamBuildThatFailedIsAFailedTest() {
        assertThat(new BodyEnd(How.DOWNSTREAM, "FAILURE", "system-tests #3 completed with status FAILURE")
                        .judge(new Marks("17", "", "", true), false)
                        .reason())
                .isEqualTo("the tests failed: a build that they started ended as FAILURE, at step 17");
    }

    @Test
    void JP_2_testsThatMakeTheBuildWorseDidNotPass() {
        Judgement judged = judge(How.DONE, new Marks("", "", "UNSTABLE", true));

        assertThat(judged.verdict()).isEqualTo(Verdict.FAILED);
        assertThat(judged.reason()).isEqualTo("the tests failed: they made the build's result UNSTABLE");
    }

    @Test
    void JP_2_whereNobodyKnowsWhoseTestsItWasTheyDidNotPassEither() {
        Marks unsure = new Marks("", "", "FAILURE", false);

        assertThat(judge(How.DONE, unsure).verdict()).isEqualTo(Verdict.VOID);
        assertThat(judge(How.DONE, new Marks("", "", "", false).orDoubt(unsure.doubt()))
                        .verdict())
                .as("of the next body, when the result cannot become worse any more")
                .isEqualTo(Verdict.VOID);
        assertThat(judge(How.DONE, new Marks("", "", "", true).orDoubt("FAILURE"))
                        .verdict())
                .as("where nothing else can have done it, the result was set aside")
                .isEqualTo(Verdict.PASSED);
    }

    @Test
    void testsThatMarkThemselvesAsUnstableFailed() {
        assertThat(judge(How.DONE, new Marks("", "9", "UNSTABLE", false)).reason())
                .isEqualTo("the tests failed: marked as unstable, at step 9");
    }

    @Test
    void aTimeoutFailsOnlyWhereTheScriptSaysSo() {
        BodyEnd timeout = new BodyEnd(How.TIMEOUT, "", "Timeout has been exceeded");

        assertThat(timeout.judge(Marks.NONE, true).verdict()).isEqualTo(Verdict.FAILED);
        assertThat(timeout.judge(Marks.NONE, false).verdict()).isEqualTo(Verdict.VOID);
    }

    @Test
    void JP_4_I12_aPersonsNoIsNoProofAndNamesThePerson() {
        Judgement judged = new BodyEnd(How.DECLINED, "Rejected by Ada", "Rejected by Ada").judge(Marks.NONE, true);

        assertThat(judged.verdict()).isEqualTo(Verdict.VOID);
        assertThat(judged.declined()).isTrue();
        assertThat(judged.reason()).isEqualTo("declined: Rejected by Ada");
    }

    @Test
    void S4_I9_theWordsOfAFailureStayWhereTheyAreMasked() {
        BodyEnd end = new BodyEnd(How.ERROR, "AbortException", "curl: https://user:t0ken@registry\nFinished: SUCCESS");

        assertThat(end.judge(Marks.NONE, false).reason()).isEqualTo("the tests failed: AbortException");
        assertThat(end.words()).isEqualTo("curl: https://user:t0ken@registry Finished: SUCCESS");
    }
}
