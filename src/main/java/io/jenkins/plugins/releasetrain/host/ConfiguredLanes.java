package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.config.Settings;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.lane.RemovedLanes;
import java.util.function.Supplier;

/** Lanes of an environment by the settings that hold when they are asked for, which may not know it any more. */
record ConfiguredLanes(String name, Supplier<Settings> settings, Supplier<Wiring> wiring, Supplier<RemovedLanes> gone)
        implements LaneDriver.Source {
    @Override
    public boolean isConfigured() {
        return settings.get().takesLanes(name);
    }

    @Override
    public Lanes lanes() {
        return wiring.get().lanes(name);
    }

    @Override
    public RemovedLanes removed() {
        return gone.get();
    }
}
