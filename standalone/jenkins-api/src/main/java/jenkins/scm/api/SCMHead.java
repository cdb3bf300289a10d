package jenkins.scm.api;

import hudson.ExtensionPoint;
import hudson.model.Item;

public class SCMHead {
    public SCMHead(String name) {}

    public String getName() {
        throw new UnsupportedOperationException();
    }

    public SCMHeadOrigin getOrigin() {
        throw new UnsupportedOperationException();
    }

    public abstract static class HeadByItem implements ExtensionPoint {
        public static SCMHead findHead(Item item) {
            throw new UnsupportedOperationException();
        }
    }
}
