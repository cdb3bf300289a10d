package jenkins.scm.api;

public abstract class SCMRevision {
    protected SCMRevision() {}

    public final SCMHead getHead() {
        throw new UnsupportedOperationException();
    }
}
