package hudson.model;

import hudson.security.Permission;
import java.io.File;

public abstract class Job<JobT extends Job<JobT, RunT>, RunT extends Run<JobT, RunT>> extends Actionable
        implements Item {
    protected Job() {}

    public String getFullName() {
        throw new UnsupportedOperationException();
    }

    public void checkPermission(Permission permission) {}

    public RunT getBuildByNumber(int number) {
        throw new UnsupportedOperationException();
    }

    public File getBuildDir() {
        throw new UnsupportedOperationException();
    }

    public RunT getLastBuild() {
        throw new UnsupportedOperationException();
    }

    public RunT getLastSuccessfulBuild() {
        throw new UnsupportedOperationException();
    }
}
