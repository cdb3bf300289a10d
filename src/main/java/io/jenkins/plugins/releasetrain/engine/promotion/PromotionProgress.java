package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.event.Move;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.CopyPlan;
import io.jenkins.plugins.releasetrain.engine.registry.CopyProgress;
import java.util.List;

/** Told how far one promotion is, from many threads and often, so it must be quick. */
public interface PromotionProgress extends CopyProgress {
    PromotionProgress NONE = new PromotionProgress() {};

    /** What it is to move; once more after a restart. */
    default void decided(List<Move> moves) {}

    /** Its content is about to be copied; once more after a restart. */
    default void begun(CopyPlan content) {}

    /** @param tags that are to move; fewer after a restart, as some have moved */
    default void tagging(int tags) {}

    /** A tag was moved. */
    default void tagged() {}

    /** Nobody works on it any more: it is complete, being undone, or will be tried again. */
    default void over() {}

    @Override
    default void planned(Digest image, long bytes) {}

    @Override
    default void copied(Digest image, long bytes) {}
}
