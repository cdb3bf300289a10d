package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.model.Catalog;

/** A catalog that somebody changes while the train runs, as a host keeps it. */
final class ChangingCatalog implements TrainCatalog {
    Catalog newest;
    Catalog taken;

    ChangingCatalog(Catalog first) {
        newest = first;
        taken = first;
    }

    @Override
    public Catalog newest() {
        return newest;
    }

    @Override
    public Catalog take() {
        taken = newest;
        return taken;
    }

    @Override
    public Catalog taken() {
        return taken;
    }

    @Override
    public boolean isOutdated() {
        return newest != taken;
    }

    @Override
    public String note() {
        return isOutdated() ? "another one waits" : "";
    }
}
