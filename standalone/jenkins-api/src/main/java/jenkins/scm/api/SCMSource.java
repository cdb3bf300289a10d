package jenkins.scm.api;

import hudson.model.AbstractDescribableImpl;
import hudson.model.Item;
import hudson.model.TaskListener;
import java.io.IOException;

public abstract class SCMSource extends AbstractDescribableImpl<SCMSource> {
    protected SCMSource() {}

    public final SCMRevision fetch(String thingName, TaskListener listener, Item context)
            throws IOException, InterruptedException {
        throw new UnsupportedOperationException();
    }
}
