package io.jenkins.plugins.releasetrain.host;

import hudson.ExtensionPoint;
import hudson.model.Run;
import java.io.IOException;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** What a plugin recorded of a build's tests; one for each such plugin that is installed. */
@Restricted(NoExternalUse.class)
public interface TestRecords extends ExtensionPoint {
    /** How many there were. */
    record Counts(int passed, int failed, int skipped) {
        static final Counts NONE = new Counts(0, 0, 0);

        Counts plus(Counts o) {
            return new Counts(passed + o.passed, failed + o.failed, skipped + o.skipped);
        }

        int total() {
            return passed + failed + skipped;
        }
    }

    /** How many were recorded in the whole build so far; asked again and again, so it costs next to nothing. */
    int total(Run<?, ?> build);

    /** Those that steps in one block of the pipeline recorded. */
    Counts within(Block block) throws IOException;

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
