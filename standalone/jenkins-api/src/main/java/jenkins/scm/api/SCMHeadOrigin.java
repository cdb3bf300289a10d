package jenkins.scm.api;

import java.io.Serializable;

public abstract class SCMHeadOrigin implements Serializable {
    private static final long serialVersionUID = 1;

    public static class Fork extends SCMHeadOrigin {
        private static final long serialVersionUID = 1;

        public Fork(String name) {}
    }
}
