package io.jenkins.plugins.releasetrain.host;

import hudson.Extension;
import hudson.model.Run;
import hudson.tasks.junit.CaseResult;
import hudson.tasks.junit.SuiteResult;
import hudson.tasks.junit.TestResultAction;
import io.jenkins.plugins.releasetrain.engine.model.FailedTest;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Of the JUnit plugin, which need not be installed: only Jenkins loads this class, and only where it is. */
@Extension(optional = true)
@Restricted(NoExternalUse.class)
public final class JUnitRecords implements TestRecords {
    @Override
    public int total(Run<?, ?> build) {
        TestResultAction recorded = build.getAction(TestResultAction.class);
        return recorded == null ? 0 : recorded.getTotalCount();
    }

    @Override
    public TestReport.Counted within(Block block) throws IOException {
        TestResultAction recorded = block.build().getAction(TestResultAction.class);
        if (recorded == null) {
            return TestReport.Counted.NONE;
        }
        List<FailedTest> failures = new ArrayList<>();
        int passed = 0;
        int failed = 0;
        int skipped = 0;
        // Copied, since another step may be adding to it.
        for (SuiteResult suite : List.copyOf(recorded.getResult().getSuites())) {
            if (suite.getNodeId() != null && block.holds(suite.getNodeId())) {
                for (CaseResult test : List.copyOf(suite.getCases())) {
                    skipped += test.isSkipped() ? 1 : 0;
                    failed += test.isFailed() ? 1 : 0;
                    passed += test.isPassed() ? 1 : 0;
                    if (test.isFailed()) {
                        failures.add(new FailedTest(test.getFullDisplayName(), "testReport" + test.getUrl() + "/"));
                    }
                }
            }
        }
        return new TestReport.Counted(passed, failed, skipped, failures);
    }

    /** By the plugin for addresses that JUnit itself needs, which knows the interface that the reader prefers. */
    @Override
    public String page() {
        return "display/redirect?page=tests";
    }
}
