package jenkins.scm.api;

public class SCMHead {
    public SCMHead(String name) {}
}
