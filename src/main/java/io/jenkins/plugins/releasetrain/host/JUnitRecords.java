package io.jenkins.plugins.releasetrain.host;

import hudson.Extension;
import hudson.model.Run;
import hudson.tasks.junit.CaseResult;
import hudson.tasks.junit.SuiteResult;
import hudson.tasks.junit.TestResultAction;
import java.io.IOException;
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
    public Counts within(Block block) throws IOException {
        TestResultAction recorded = block.build().getAction(TestResultAction.class);
        if (recorded == null) {
            return Counts.NONE;
        }
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
                }
            }
        }
        return new Counts(passed, failed, skipped);
    }
}
