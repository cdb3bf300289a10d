package hudson.tasks.junit;

import java.util.Collection;

public final class TestResult {
    private TestResult() {}

    public Collection<SuiteResult> getSuites() {
        throw new UnsupportedOperationException();
    }
}
