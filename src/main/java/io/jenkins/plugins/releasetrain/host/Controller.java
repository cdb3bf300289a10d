package io.jenkins.plugins.releasetrain.host;

import hudson.model.Computer;
import hudson.model.Run;
import hudson.security.Permission;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import jenkins.model.Jenkins;
import jenkins.util.Timer;
import org.springframework.security.core.Authentication;

/** The engine's only way to Jenkins itself: threads, timers, its directory, its builds and its access control. */
final class Controller {
    /** Without a bound, since work waits for other work there. */
    Executor threads() {
        return Computer.threadPoolForRemoting;
    }

    ScheduledFuture<?> later(Runnable work, Duration delay) {
        return Timer.get().schedule(work, delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    Path directory() {
        return Jenkins.get().getRootDir().toPath().resolve("release-train");
    }

    boolean isQuietingDown() {
        return Jenkins.get().isQuietingDown();
    }

    /** @param build as {@link Run#getExternalizableId()} gives it */
    boolean isBuilding(String build) {
        if (build.indexOf('#') < 0) {
            return false;
        }
        Run<?, ?> run = Run.fromExternalizableId(build);
        return run != null && run.isBuilding();
    }

    boolean may(Authentication who, Permission permission) {
        return Jenkins.get().getACL().hasPermission2(who, permission);
    }
}
