package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.model.Catalog;

/** Port: a train's catalog, which may become another one while the train runs, but never within a batch. */
public interface TrainCatalog {
    /** For changes that are to be queued. */
    Catalog newest();

    /** Uses the newest from now on, also after a restart; called between batches only. */
    Catalog take();

    /** What was taken last. */
    Catalog taken();

    /** Whether the newest is another one: nobody joins the batch under way then, so that it ends. */
    boolean isOutdated();

    /** Why what is used is not the newest, for people; empty where it is. */
    String note();

    /** A catalog that stays as it is. */
    static TrainCatalog of(Catalog catalog) {
        return new TrainCatalog() {
            @Override
            public Catalog newest() {
                return catalog;
            }

            @Override
            public Catalog take() {
                return catalog;
            }

            @Override
            public Catalog taken() {
                return catalog;
            }

            @Override
            public boolean isOutdated() {
                return false;
            }

            @Override
            public String note() {
                return "";
            }
        };
    }
}
