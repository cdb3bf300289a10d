package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** What was learned about a registry, so that it is not asked anew for each image. Thread safe. */
final class Abilities {
    /** A registry is upgraded now and then. */
    private static final Duration CERTAIN = Duration.ofHours(1);

    private static final int MOST_SEEN = 10_000;

    private static final long LEAST_BODY = 256 << 10;
    private static final long FIRST_BODY = 64 << 20;
    private static final Duration DOUBTFUL = Duration.ofMinutes(5);

    private final Clock clock;
    private final Heads heads;
    private final AtomicBoolean mountsProbed = new AtomicBoolean();
    private volatile boolean mountsFromItself;
    private volatile boolean deletesTagsAlone;
    private volatile boolean uploadsBeside;
    private volatile Instant noReferrersUntil = Instant.MIN;
    private volatile boolean referrersProbed;
    private volatile boolean referrersListed;
    private final Map<Digest, String> refusedReferrers = new ConcurrentHashMap<>();
    private volatile String referrersTrouble = "";
    private volatile boolean namesAnswersByDigest;
    private volatile Instant unconditionalUntil = Instant.MIN;
    private volatile long bodyBytes = Long.MAX_VALUE;
    private volatile Instant limitedUntil = Instant.MIN;
    private volatile long leastPart = LEAST_BODY;
    private volatile Instant listsKnownUntil = Instant.MIN;
    private volatile boolean listsNothing;
    private volatile Instant listsSomeUntil = Instant.MIN;
    /** The tag that was seen last, of each of some repositories. */
    private final Map<String, String> seenTags = new ConcurrentHashMap<>();

    private final Map<String, Instant> listsProbed = new ConcurrentHashMap<>();
    private boolean cut;
    private Instant wholeUntil = Instant.MIN;

    Abilities(Clock clock) {
        this.clock = clock;
        this.heads = new Heads(clock);
    }

    Heads heads() {
        return heads;
    }

    /** Whether the addresses that it names for uploads lead nowhere. */
    boolean uploadsBeside() {
        return uploadsBeside;
    }

    void uploadsBeside(boolean so) {
        uploadsBeside = so;
    }

    /** Whether it is worth asking for the referrers API. */
    boolean mayListReferrers() {
        return !clock.instant().isBefore(noReferrersUntil);
    }

    /** Whether it is known if there is such an API. */
    boolean referrersProbed() {
        return referrersProbed;
    }

    void listsReferrers() {
        referrersProbed = true;
        referrersListed = true;
    }

    /** It says that it will list what was just put; what is in trouble is not asked again for that. */
    void takesSubjects() {
        referrersListed = true;
        noReferrersUntil = referrersTrouble.isEmpty() ? Instant.MIN : noReferrersUntil;
    }

    /** Whether there is such an API, whatever it says of some image. */
    boolean sawReferrersListed() {
        return referrersListed;
    }

    void refusedReferrers(Digest subject, String why) {
        bound(refusedReferrers);
        refusedReferrers.put(subject, why);
    }

    void toldReferrers(Digest subject) {
        refusedReferrers.remove(subject);
    }

    static void bound(Map<?, ?> seen) {
        if (seen.size() >= MOST_SEEN) {
            seen.clear();
        }
    }

    /** Why it is not known what refers to an image, though it is of others; empty where it is. */
    String refusal(Digest subject) {
        return mayListReferrers() ? refusedReferrers.getOrDefault(subject, "") : "";
    }

    /** Why it is not known of any image what refers to it, though the registry may know; empty where it is. */
    String referrersTrouble() {
        return mayListReferrers() ? "" : referrersTrouble;
    }

    /**
     * @param certain whether the answer was the one by which a registry says that it has no such API
     * @param trouble the error that it was instead; may be empty
     */
    void listsNoReferrers(boolean certain, String trouble) {
        referrersProbed = true;
        referrersTrouble = trouble;
        noReferrersUntil = clock.instant().plus(certain ? CERTAIN : DOUBTFUL);
    }

    /** @return true once an hour: then whoever asks finds out whether lists of tags say anything */
    synchronized boolean probeLists() {
        boolean due = !clock.instant().isBefore(listsKnownUntil);
        listsKnownUntil = due ? clock.instant().plus(CERTAIN) : listsKnownUntil;
        return due;
    }

    void foundLists(boolean nothing) {
        listsNothing = nothing;
    }

    /** Whether a repository that holds something was seen with no tag at all. */
    boolean listsNothing() {
        return listsNothing;
    }

    /** Tells of a tag that is there, by which it shows whether lists have all. */
    void sawTag(String repository, String tag) {
        bound(seenTags);
        seenTags.put(repository, tag);
    }

    Optional<String> seenTag(String repository) {
        return Optional.ofNullable(seenTags.get(repository));
    }

    /** @return true once an hour: then whoever asks finds out whether lists of these repositories have all */
    synchronized boolean probeListsOf(String project) {
        Instant now = clock.instant();
        bound(listsProbed);
        boolean due = !now.isBefore(listsProbed.getOrDefault(project, Instant.MIN));
        if (due) {
            listsProbed.put(project, now.plus(CERTAIN));
        }
        return due;
    }

    /** A list lacked a tag that is there, as those of caches do that list what was pulled through them. */
    void foundListsSome() {
        listsSomeUntil = clock.instant().plus(CERTAIN);
    }

    boolean listsSomeOnly() {
        return clock.instant().isBefore(listsSomeUntil);
    }

    /**
     * Whether a mount of a blob from the very repository is answered as done if it is there, and begins its upload if
     * not: so one request does for two.
     */
    boolean mountsFromItself() {
        return mountsFromItself;
    }

    boolean mountsProbed() {
        return mountsProbed.get();
    }

    /** @return true the first time: then whoever asks finds it out */
    boolean probeMounts() {
        return mountsProbed.compareAndSet(false, true);
    }

    void foundMountsFromItself() {
        mountsFromItself = true;
    }

    /**
     * Whether the registry's tag of an answer (ETag) is the digest, so that it can tell "unchanged" without looking for the
     * manifest; of a tag of another kind nobody knows what it stands for.
     */
    boolean tellsUnchanged() {
        return namesAnswersByDigest && !clock.instant().isBefore(unconditionalUntil);
    }

    void namesAnswersByDigest(boolean so) {
        namesAnswersByDigest = so;
    }

    /** It was not answered as a condition is. */
    void misunderstoodCondition() {
        unconditionalUntil = clock.instant().plus(CERTAIN);
    }

    /** Largest body of a request that was not refused for its size, and is not too small for a part of an upload. */
    long bodyBytes() {
        return clock.instant().isBefore(limitedUntil) ? Math.max(leastPart, bodyBytes) : Long.MAX_VALUE;
    }

    /** All parts of an upload but the last have so many bytes at least (distribution 1.1, "Pushing a blob in chunks"). */
    void wantsParts(long bytes) {
        leastPart = Math.max(LEAST_BODY, bytes);
    }

    /**
     * A body was refused for its size, by the registry or by a proxy before it.
     *
     * @return whether it is worth trying a smaller one
     */
    synchronized boolean refusedBody(long bytes) {
        if (bytes <= leastPart) {
            return false;
        }
        // Usual limits are 1 MiB (nginx), 100 MB (Cloudflare); somebody else may have learned it meanwhile.
        bodyBytes = Math.min(bodyBytes(), Math.max(LEAST_BODY, Math.min(FIRST_BODY, Long.highestOneBit(bytes - 1))));
        limitedUntil = clock.instant().plus(CERTAIN);
        return true;
    }

    /**
     * A body was cut on its way for the second time, of which nothing was kept: what stands before the registry may end
     * requests after some time.
     *
     * @return whether it is worth trying a smaller one
     */
    synchronized boolean cutBody(long bytes) {
        if (clock.instant().isBefore(wholeUntil) || !refusedBody(bytes)) {
            return false;
        }
        cut = true;
        return true;
    }

    /**
     * A part of an upload was refused.
     *
     * @return whether the whole may pass, as parts were a guess only
     */
    synchronized boolean refusedPart() {
        if (!cut) {
            return false;
        }
        cut = false;
        wholeUntil = clock.instant().plus(CERTAIN);
        limitedUntil = Instant.MIN;
        bodyBytes = Long.MAX_VALUE;
        return true;
    }

    /** Whether the deletion of a tag was seen to leave its manifest, and so its other tags, alone. */
    boolean deletesTagsAlone() {
        return deletesTagsAlone;
    }

    void foundTagsDeletedAlone() {
        deletesTagsAlone = true;
    }
}
