package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Limits;
import java.time.Duration;
import java.time.Instant;

/** How often something was tried, and the wait before it is tried again: the only place that decides it. */
final class Attempts {
    private final RegistryConnections connections;
    private final Limits limits;
    private final String action;
    private final String host;
    private final Instant begun;
    private int failed;
    private long servedThen = -1;

    Attempts(RegistryConnections connections, Limits limits, String action, String host) {
        this.connections = connections;
        this.limits = limits;
        this.action = action;
        this.host = host;
        begun = connections.clock().instant();
    }

    /**
     * Notes a failure and waits, longer each time and never exactly as long as others do.
     *
     * @return whether to try again
     */
    boolean again() {
        failed++;
        if (failed >= limits.attempts() || Thread.currentThread().isInterrupted()) {
            return false;
        }
        Duration wait = limits.backoff(failed);
        sleep(wait.plusMillis((long) (wait.toMillis() * connections.jitter() / 4)));
        return true;
    }

    /**
     * Notes that the host throttled; its gate makes everybody wait. It counts only where nobody gets on, for among many
     * some are refused often by a host that serves so many a second.
     *
     * @param said whether it said for how long; if not, the pauses begin short, so that more of them are worth a try
     * @return whether to try again
     */
    boolean againWhenOpen(HostGate gate, boolean patient, boolean said) {
        long served = gate.served();
        boolean othersGetOn = servedThen >= 0 && served > servedThen;
        boolean inTime = Duration.between(begun, connections.clock().instant()).compareTo(limits.longestWait()) < 0;
        servedThen = served;
        if (!patient || !othersGetOn || !inTime) {
            failed++;
        }
        int most = said || !patient ? limits.attempts() : 2 * limits.attempts();
        return failed < most && !Thread.currentThread().isInterrupted();
    }

    /** What was reached by now stays, so that all tries are left. */
    void progressed() {
        failed = 0;
    }

    private void sleep(Duration wait) {
        try {
            connections.sleeper().sleep(wait);
        } catch (InterruptedException e) {
            throw Failures.interrupted(action, host);
        }
    }
}
