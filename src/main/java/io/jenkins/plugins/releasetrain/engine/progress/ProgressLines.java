package io.jenkins.plugins.releasetrain.engine.progress;

import io.jenkins.plugins.releasetrain.engine.event.Move;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.promotion.PromotionProgress;
import io.jenkins.plugins.releasetrain.engine.registry.CopyPlan;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/** Tells a log how far a promotion is: when something else begins, and every few seconds while it moves. Thread safe. */
public final class ProgressLines implements PromotionProgress {
    private static final Duration BETWEEN = Duration.ofSeconds(5);

    private final LivePromotion live;
    private final Clock clock;
    private final Consumer<String> log;
    private final Runnable over;
    private Instant next = Instant.MIN;
    private String said = "";

    /** @param over called when nobody works on it any more */
    public ProgressLines(LivePromotion live, Clock clock, Consumer<String> log, Runnable over) {
        this.live = live;
        this.clock = clock;
        this.log = log;
        this.over = over;
    }

    private synchronized void say(boolean atOnce) {
        Instant now = clock.instant();
        if (!atOnce && now.isBefore(next)) {
            return;
        }
        next = now.plus(BETWEEN);
        String line = live.state().text();
        if (!line.equals(said)) {
            said = line;
            log.accept(line);
        }
    }

    @Override
    public void decided(List<Move> moves) {
        live.decided(moves);
    }

    @Override
    public void begun(CopyPlan content) {
        live.begun(content);
        say(true);
    }

    @Override
    public void tagging(int tags) {
        live.tagging(tags);
        say(true);
    }

    @Override
    public void tagged() {
        live.tagged();
        say(false);
    }

    @Override
    public void copied(Digest image, long bytes) {
        live.copied(image, bytes);
        say(false);
    }

    @Override
    public void blobDone(Digest image, CopyPlan.Origin origin) {
        live.blobDone(image, origin);
        say(false);
    }

    @Override
    public void imageDone(Digest image) {
        live.imageDone(image);
        say(false);
    }

    @Override
    public void note(String text) {
        live.note(text);
    }

    @Override
    public void over() {
        say(true);
        over.run();
    }
}
