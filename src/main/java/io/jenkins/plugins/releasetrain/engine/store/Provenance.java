package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Port: which builds made which images, how changes came to production, and what people noted on releases. */
public interface Provenance {
    /** Mark of a release that is known to be good. */
    String GOOD = "GOOD";

    /** Builds that made these images, newest first; images of which none is known are left out. */
    Map<Digest, List<Event.ImageBuilt>> builds(Collection<Digest> images);

    /**
     * What a job made of a service between two of its builds; one list per stretch, newest first, change requests left out.
     *
     * @param limit of the newest of each stretch
     */
    List<List<Event.ImageBuilt>> between(List<Stretch> stretches, int limit);

    /**
     * How many releases of a service came to production since one that brought an image of it, counted up to a bound; empty
     * for images that no release brought. In the order of what is asked for.
     */
    List<OptionalInt> behind(List<Held> held, int most);

    /** An image that is somewhere. */
    record Held(String service, Digest digest) {}

    /** Changes and lanes of an owner that came to production in this time ({@code to} is exclusive), newest first. */
    List<Course> courses(String owner, Instant from, Instant to, int limit);

    /** The last trials of a train that passed or failed, newest first. @param stream of the train */
    List<Store.TrialRecord> trials(String stream, int limit);

    /** When a change was in production, and how long after it was asked for. */
    record Course(String change, Instant promoted, Duration lead) {}

    /** How many other images of the same repository have the same tag in the history. */
    int namesakes(ImageRecord image);

    /** The newest note on a release. */
    Optional<Event.ReleaseNoted> note(String release);

    /**
     * Builds of a job.
     *
     * @param job as {@link io.jenkins.plugins.releasetrain.engine.model.Built#job()} calls it
     * @param after number of a build; exclusive, as {@code before} is
     */
    record Stretch(String service, String job, long after, long before) {}
}
