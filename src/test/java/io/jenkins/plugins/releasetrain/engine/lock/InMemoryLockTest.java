package io.jenkins.plugins.releasetrain.engine.lock;

import java.time.Clock;

class InMemoryLockTest extends EnvironmentLockContract {
    @Override
    EnvironmentLock open(Clock clock) {
        return new InMemoryLock(clock);
    }

    @Override
    void close() {}
}
