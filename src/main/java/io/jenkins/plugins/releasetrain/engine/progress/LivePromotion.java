package io.jenkins.plugins.releasetrain.engine.progress;

import io.jenkins.plugins.releasetrain.engine.event.Move;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.promotion.PromotionProgress;
import io.jenkins.plugins.releasetrain.engine.registry.CopyPlan;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** How far one promotion of this process is. Thread safe. */
public final class LivePromotion implements PromotionProgress {
    /** Before that, a rate says nothing. */
    private static final Duration SETTLED = Duration.ofSeconds(2);

    private final Clock clock;
    private final Consumer<String> notes;
    private Instant since;
    private Plan plan = Plan.NOTHING;
    private State state = new State(Phase.PLAN, 0, 0, 0, 0, 0, 0, 0, 0, Optional.empty(), Optional.empty());

    /** What it is doing. */
    public enum Phase {
        PLAN,
        CONTENT,
        TAGS
    }

    /**
     * What it takes, found before anything is done.
     *
     * @param requests to both registries, about; 0 where nothing is left to copy
     * @param tags that are to point to another image, at most {@value #MOST_TAGS} of them
     */
    public record Plan(long requests, List<TagMove> tags) {
        private static final int MOST_TAGS = 200;
        static final Plan NOTHING = new Plan(0, List.of());

        static Plan of(List<Move> moves) {
            return new Plan(
                    0,
                    moves.stream()
                            .filter(m -> !m.former().equals(Optional.of(m.digest())))
                            .limit(MOST_TAGS)
                            .map(m -> new TagMove(
                                    m.targetRepository() + ":" + m.tag(),
                                    m.former().map(Digest::value).orElse(""),
                                    m.digest().value()))
                            .toList());
        }
    }

    /** @param from digest; empty where the tag is new */
    public record TagMove(String image, String from, String to) {}

    /**
     * Counts of what is done and of what there is to do.
     *
     * @param blobs to copy or to mount, of all images together, each once
     * @param bytesPerSecond on average since it began; empty at first and where nothing is copied
     * @param left at that rate
     */
    public record State(
            Phase phase,
            int imagesDone,
            int images,
            int blobsDone,
            int blobs,
            long bytesDone,
            long bytes,
            int tagsDone,
            int tags,
            Optional<Long> bytesPerSecond,
            Optional<Duration> left) {

        /** For a log. */
        public String text() {
            return switch (phase) {
                case PLAN -> "looking what is to be copied";
                case CONTENT ->
                    join(
                            of(imagesDone, images, "images"),
                            of(blobsDone, blobs, "blobs"),
                            Sizes.text(bytesDone) + " of " + Sizes.text(bytes),
                            bytesPerSecond.map(r -> Sizes.text(r) + "/s").orElse(""),
                            left.map(l -> "about " + Sizes.text(l) + " left").orElse(""));
                case TAGS -> of(tagsDone, tags, "tags");
            };
        }

        private static String of(int done, int all, String what) {
            return done + " of " + all + " " + what;
        }

        private static String join(String... parts) {
            List<String> said = new ArrayList<>(List.of(parts));
            said.removeIf(String::isEmpty);
            return String.join(", ", said);
        }
    }

    /** @param notes what is worth a line of its own, such as a signature that is left behind */
    public LivePromotion(Clock clock, Consumer<String> notes) {
        this.clock = clock;
        this.notes = notes;
        this.since = clock.instant();
    }

    @Override
    public synchronized void decided(List<Move> moves) {
        plan = Plan.of(moves);
    }

    public synchronized Plan plan() {
        return plan;
    }

    @Override
    public synchronized void begun(CopyPlan content) {
        since = clock.instant();
        // Each tag is looked at and set.
        plan = new Plan(content.requests() + 2L * plan.tags().size(), plan.tags());
        int blobs = (int)
                content.blobs().filter(b -> b.origin() != CopyPlan.Origin.KNOWN).count();
        state = new State(
                Phase.CONTENT,
                content.parts().size() - content.missingImages(),
                content.parts().size(),
                0,
                blobs,
                0,
                content.bytes(),
                0,
                0,
                Optional.empty(),
                Optional.empty());
        content.notes().forEach(notes);
    }

    @Override
    public synchronized void tagging(int tags) {
        state = new State(
                Phase.TAGS,
                state.images,
                state.images,
                state.blobs,
                state.blobs,
                state.bytesDone,
                state.bytes,
                0,
                tags,
                Optional.empty(),
                Optional.empty());
    }

    @Override
    public synchronized void tagged() {
        add(0, 0, 0, 1);
    }

    @Override
    public synchronized void copied(Digest image, long bytes) {
        add(0, 0, bytes, 0);
    }

    @Override
    public synchronized void blobDone(Digest image, CopyPlan.Origin origin) {
        add(0, 1, 0, 0);
    }

    @Override
    public synchronized void imageDone(Digest image) {
        add(1, 0, 0, 0);
    }

    @Override
    public void note(String text) {
        notes.accept(text);
    }

    private void add(int images, int blobs, long bytes, int tags) {
        state = new State(
                state.phase,
                Math.min(state.images, state.imagesDone + images),
                state.images,
                Math.min(state.blobs, state.blobsDone + blobs),
                state.blobs,
                state.bytesDone + bytes,
                state.bytes,
                state.tagsDone + tags,
                state.tags,
                Optional.empty(),
                Optional.empty());
    }

    /** What is mounted or found counts as done at once, so that the rate is that of the whole. */
    public synchronized State state() {
        Duration elapsed = Duration.between(since, clock.instant());
        long done = Math.max(0, Math.min(state.bytes, state.bytesDone));
        Optional<Long> rate = state.phase == Phase.CONTENT && elapsed.compareTo(SETTLED) >= 0 && done > 0
                ? Optional.of(done * 1000 / elapsed.toMillis())
                : Optional.empty();
        long left = state.bytes - done;
        return new State(
                state.phase,
                state.imagesDone,
                state.images,
                state.blobsDone,
                state.blobs,
                done,
                state.bytes,
                state.tagsDone,
                state.tags,
                rate,
                rate.filter(r -> r > 0).map(r -> Duration.ofSeconds(left / r)));
    }
}
