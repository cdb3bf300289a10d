package hudson.scm;

import hudson.model.Run;
import java.util.Map;

public abstract class SCM {
    public final RepositoryBrowser<?> getEffectiveBrowser() {
        throw new UnsupportedOperationException();
    }

    public void buildEnvironment(Run<?, ?> build, Map<String, String> env) {}

    public abstract ChangeLogParser createChangeLogParser();
}
