package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.train.TrainCatalog;
import java.util.function.Supplier;

/** The catalog that a train or an environment's lanes use, which is the newest one once they took it. */
final class AdoptedCatalog implements TrainCatalog {
    private final CatalogFiles files;
    private final String key;
    private final Supplier<CatalogVersion> newest;
    private final Supplier<String> problem;
    private CatalogVersion taken;

    /**
     * @param key unique to who uses it; what was taken is kept under it for the next start
     * @param problem why the newest is not known; empty where it is
     */
    AdoptedCatalog(CatalogFiles files, String key, Supplier<CatalogVersion> newest, Supplier<String> problem) {
        this.files = files;
        this.key = key;
        this.newest = newest;
        this.problem = problem;
    }

    @Override
    public Catalog newest() {
        return newest.get().catalog();
    }

    @Override
    public synchronized Catalog take() {
        CatalogVersion version = newest.get();
        if (!version().isSameAs(version)) {
            files.keep(key, version);
        }
        taken = version;
        return version.catalog();
    }

    @Override
    public Catalog taken() {
        return version().catalog();
    }

    /** False where the newest is not known: what was taken is good. */
    @Override
    public boolean isOutdated() {
        try {
            return !version().isSameAs(newest.get());
        } catch (EngineException e) {
            return false;
        }
    }

    @Override
    public String note() {
        String why = problem.get();
        if (!why.isEmpty()) {
            return "The catalog stays as it is: " + why;
        }
        return isOutdated() ? "A new catalog is taken when the batch has ended" : "";
    }

    private synchronized CatalogVersion version() {
        if (taken == null) {
            taken = files.load(key).orElseGet(() -> {
                CatalogVersion first = newest.get();
                files.keep(key, first);
                return first;
            });
        }
        return taken;
    }
}
