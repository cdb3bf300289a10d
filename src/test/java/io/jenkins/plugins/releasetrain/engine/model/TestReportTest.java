package io.jenkins.plugins.releasetrain.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.store.EventCodec;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TestReportTest {
    private static TestReport report(int failures) {
        List<FailedTest> failed = IntStream.range(0, failures)
                .mapToObj(i ->
                        new FailedTest("com.example.shop.CheckoutTest pays" + i, "testReport/junit/pays" + i + "/"))
                .toList();
        return TestReport.of("shop/pay#81", "https://ci.example.com/job/shop/job/pay/81/", "https://ci.example.com/log")
                .with(new TestReport.Counted(83, failures, 2, failed), "testReport/");
    }

    @Test
    void keepsFiftyFailuresAndCountsTheOthers() {
        TestReport report = report(120);
        assertThat(report.failures()).hasSize(50);
        assertThat(report.more()).isEqualTo(70);
        assertThat(report.failed()).isEqualTo(120);
        assertThat(report.text()).isEqualTo("83 passed, 120 failed, 2 skipped");
        assertThat(report.failures().get(0).url())
                .isEqualTo("https://ci.example.com/job/shop/job/pay/81/testReport/junit/pays0/");
    }

    /** A kilobyte per trial, failed ones included, as long as few tests fail. */
    @Test
    void isSmallInTheStore() {
        String json = new EventCodec().write(new Event.TestsRecorded("t-9", "c-17", report(3)));
        assertThat(json.length()).isLessThan(1_000);
    }

    @Test
    void namesOfTestsAreOneLineWithoutTricks() {
        FailedTest hostile = new FailedTest("a\u202Eb\nc\u0000d\u2066" + "x".repeat(1_000_000), "");
        assertThat(hostile.name()).startsWith("a b c d x").hasSize(201).endsWith("…");
    }

    @Test
    void nothingIsCutInTheMiddleOfACharacter() {
        String cut = Line.of("x".repeat(199) + "🚂 and more");
        assertThat(cut).isEqualTo("x".repeat(199) + "…");
    }
}
