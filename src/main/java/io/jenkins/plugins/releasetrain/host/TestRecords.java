package io.jenkins.plugins.releasetrain.host;

import hudson.ExtensionPoint;
import hudson.model.Run;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import java.io.IOException;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** What a plugin recorded of a build's tests; one for each such plugin that is installed. */
@Restricted(NoExternalUse.class)
public interface TestRecords extends ExtensionPoint {
    /** How many were recorded in the whole build so far; asked again and again, so it costs next to nothing. */
    int total(Run<?, ?> build);

    /** Those that steps in one block of the pipeline recorded; addresses of failed ones are below that of the build. */
    TestReport.Counted within(Block block) throws IOException;

    /** Page of the build's tests, below that of the build. */
    String page();

    /**
     * Where to look.
     *
     * @param start id of the block's first node
     */
    record Block(Run<?, ?> build, FlowExecution execution, String start) {
        /** Whether a node is in it, however deep. */
        public boolean holds(String node) throws IOException {
            FlowNode found = execution.getNode(node);
            return found != null && found.getAllEnclosingIds().contains(start);
        }
    }
}
