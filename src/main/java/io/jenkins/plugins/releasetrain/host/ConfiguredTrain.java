package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.config.Settings;
import io.jenkins.plugins.releasetrain.engine.train.RemovedTrain;
import io.jenkins.plugins.releasetrain.engine.train.Train;
import java.util.function.Supplier;

/** A train by the settings that hold when it is asked for, which may not know it any more. */
record ConfiguredTrain(String name, Supplier<Settings> settings, Supplier<Wiring> wiring, Supplier<RemovedTrain> gone)
        implements TrainDriver.Source {
    @Override
    public boolean isConfigured() {
        return settings.get().hasTrain(name);
    }

    @Override
    public Train train() {
        return wiring.get().train(name);
    }

    @Override
    public RemovedTrain removed() {
        return gone.get();
    }
}
