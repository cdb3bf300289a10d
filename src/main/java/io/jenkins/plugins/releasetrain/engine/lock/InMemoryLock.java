package io.jenkins.plugins.releasetrain.engine.lock;

import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** The lock of an environment that one process alone uses: simulations and tests. Forgets all when the process ends. */
public final class InMemoryLock implements EnvironmentLock {
    private final Clock clock;
    private LockState state = LockState.EMPTY;

    public InMemoryLock(Clock clock) {
        this.clock = clock;
    }

    @Override
    public synchronized Answer request(Request request) {
        LockState.Answered answered = state.request(request, clock.instant());
        state = answered.state();
        return answered.answer();
    }

    @Override
    public synchronized void renew(String id, long token, Duration lease) {
        state = state.renew(id, token, lease, clock.instant());
    }

    @Override
    public synchronized void release(String id) {
        state = state.release(id, clock.instant());
    }

    @Override
    public synchronized List<Entry> entries() {
        return state.expire(clock.instant()).entries();
    }
}
