package io.jenkins.plugins.releasetrain.engine.history;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.jenkins.plugins.releasetrain.engine.event.ContractFinding;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.progress.LivePromotion;
import io.jenkins.plugins.releasetrain.engine.simulation.Advisor;
import io.jenkins.plugins.releasetrain.engine.store.Item;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the JSON API answers with; one record per JSON object. Times in UTC, durations in seconds. */
public sealed interface View {
    /**
     * @param owners trains, and environment and group of lanes, by name
     * @param promotions that builds ordered and this controller works on
     * @param lines of environments that somebody waits for, as far as this controller knows
     */
    record Now(List<TrainNow> trains, List<String> owners, List<PlainPromotion> promotions, List<Live.Line> lines)
            implements View {}

    /**
     * What needs a person, then one line per train: those with trouble first.
     *
     * @param lanes those that have something to do
     * @param owners and {@code promotions}, {@code lines} as of {@link Now}
     */
    record Overview(
            List<Lines.Trouble> trouble,
            List<Lines.Line> trains,
            List<Lines.Line> lanes,
            List<String> owners,
            List<PlainPromotion> promotions,
            List<Live.Line> lines)
            implements View {}

    /** A train, or the lanes of an environment, with what those may expect who wait. */
    record OneTrain(TrainNow now, Outlook outlook) implements View {}

    /**
     * A promotion of {@code promoteImage}.
     *
     * @param from name of the source registry, and {@code to} of the target
     */
    record PlainPromotion(
            String id, String from, String to, Instant since, LivePromotion.State progress, LivePromotion.Plan plan)
            implements View {}

    /**
     * One train, or the lanes of one group.
     *
     * @param state PAUSED, TESTING, SEARCHING (somebody is aboard and no trial runs), WAITING or IDLE
     * @param paused why; empty where it is not. pausedBy: empty where it paused by itself
     * @param promotion of its newest release, while that is on its way to production
     * @param waits for what it does not go on, as far as this controller knows
     * @param batch of lanes: those that are in their environment
     * @param queue in order of departure
     * @param trial the oldest of {@code trials}, those that run
     * @param waiting length of the queue; {@code 100+} where it is longer than shown
     */
    record TrainNow(
            String name,
            String kind,
            String state,
            String paused,
            String pausedBy,
            Optional<Instant> pausedSince,
            List<Live.Wait> waits,
            String lastRelease,
            Optional<Promotion> promotion,
            Optional<TrialNow> trial,
            List<TrialNow> trials,
            List<Waiting> batch,
            List<Waiting> queue,
            String waiting)
            implements View {}

    /** @param by whose body runs the tests; null where this is not known */
    record TrialNow(
            String id,
            String environment,
            String purpose,
            String conductor,
            List<String> changes,
            Instant since,
            Progress progress,
            Searched.Judge by)
            implements View {}

    /**
     * How far a trial is.
     *
     * @param phase INSTALL, TEST, or of a lane DECIDE: its verdict is there, its outcome is not
     * @param since when the phase began
     * @param rollouts while it is installed; empty where another controller does it
     * @param tests what its build recorded of them so far; empty where nothing is, or another controller runs the build
     * @param bytes of the images that its changes bring, on their way to production; empty where another controller copies
     * @param trouble what is not as it should be of services that it does not change; nobody is judged by it
     */
    record Progress(
            String phase,
            Instant since,
            Optional<Live.Rollouts> rollouts,
            Optional<Live.Tests> tests,
            Optional<Live.Bytes> bytes,
            List<String> trouble)
            implements View {}

    /**
     * @param bytes of its images on their way; empty where none is copied, or another controller does it
     * @param progress and {@code plan}: empty where nobody of this controller works on it just now
     */
    record Promotion(
            String release,
            Instant since,
            Optional<Live.Bytes> bytes,
            Optional<LivePromotion.State> progress,
            Optional<LivePromotion.Plan> plan)
            implements View {}

    /**
     * A change or lane without outcome.
     *
     * @param position counts from 1, 0 in the batch
     * @param why of a lane: what it waits for; empty where this controller does not know
     */
    record Waiting(
            int position,
            String id,
            List<String> services,
            String build,
            String url,
            String user,
            Instant since,
            String why)
            implements View {}

    record History(List<Item> items, String next) implements View {}

    /**
     * @param state as of an {@link Item}, and REPLACED: of what it brought production holds nothing any more
     * @param replacedAt when the next release of its owner came that brought one of its services; null where none did
     * @param user who rolled back, and {@code reason}: why; {@code skipped}: services that the catalog did not know then
     * @param changed what is different from the parent; {@code total} also counts what is not listed
     * @param people who wrote it, as far as that is known
     * @param note the newest note on it; null for none
     */
    record Release(
            String id,
            String owner,
            int number,
            String kind,
            String state,
            String set,
            String parent,
            String rollbackOf,
            String user,
            String reason,
            List<String> skipped,
            Instant madeAt,
            Optional<Instant> promotedAt,
            Optional<Instant> replacedAt,
            List<Difference> changed,
            int total,
            List<Item> changes,
            Searched.Search search,
            List<Brought.Person> people,
            Brought.Note note)
            implements View {}

    /**
     * What is new in a release.
     *
     * @param since id of a release, or {@code production}; empty where nothing was before
     * @param changed {@code total} also counts what is not listed
     * @param note null for none
     */
    record Notes(
            String release,
            String since,
            List<Difference> changed,
            int total,
            List<Brought.Person> people,
            List<Brought.Issue> issues,
            Brought.Note note)
            implements View {}

    /**
     * A change or lane with the trials that it was in.
     *
     * @param rejected why; null where it was not
     * @param place the train that it waits for, or the lanes; null once it has its outcome
     */
    record ChangeView(
            Item item, List<Difference> images, Searched.Search search, Searched.Rejection rejected, OneTrain place)
            implements View {}

    /**
     * One service in two sets.
     *
     * @param change ADDED, REMOVED, CHANGED, or BROUGHT where it is not known what was there before
     * @param from and to: tag and digest, null where it is not there
     * @param commits that come with it or are taken back; null where nothing is known of them, or nobody asked
     */
    record Difference(
            String service,
            String change,
            Image from,
            Image to,
            @JsonInclude(JsonInclude.Include.NON_NULL) Brought.Commits commits)
            implements View {
        Difference(String service, String change, Image from, Image to) {
            this(service, change, from, to, null);
        }

        Difference with(Brought.Commits found) {
            return new Difference(service, change, from, to, found);
        }
    }

    /** @param name what it is called: a tag that does not move, its version, its commit, or the beginning of its digest */
    record Image(String repository, String tag, String digest, String name) implements View {}

    /** @param people who wrote what is listed, and {@code issues} that it names */
    record Comparison(
            String from,
            String to,
            List<Difference> differences,
            int total,
            int same,
            List<Brought.Person> people,
            List<Brought.Issue> issues)
            implements View {}

    /**
     * Services by place.
     *
     * @param environments the columns after production
     * @param differs whether only services are told that are not the same everywhere
     * @param total services that were asked for, those that do not differ included
     * @param trains and {@code groups}: names to ask by
     */
    record Matrix(
            List<Placed.Column> environments,
            List<Placed.Row> rows,
            String next,
            boolean differs,
            int total,
            Collection<String> trains,
            Collection<String> groups)
            implements View {}

    /**
     * What can be compared.
     *
     * @param trains whose waiting changes can be, and {@code places}: what each holds
     * @param releases the newest
     */
    record Sets(List<String> trains, List<String> places, List<Item> releases) implements View {}

    record Timeline(String service, Image production, String release, History history) implements View {}

    /** @param image what is known of it; null where nothing is */
    record Whereabouts(
            String digest,
            List<Placed.Row> production,
            List<Place> environments,
            List<Item> releases,
            Brought.ImageView image)
            implements View {}

    record Place(String environment, String service, String candidate) implements View {}

    /**
     * @param zone of the site, whose days they are
     * @param step how many days are told together: 1, or 7 where the time is longer than 92 days
     * @param days one per step that has anything, called by its first day
     */
    record Trends(
            String owner,
            String zone,
            String from,
            String to,
            int step,
            Trended.Keys keys,
            List<Trended.Day> days,
            Trended.Told told)
            implements View {}

    /**
     * Mono or micro.
     *
     * @param state READY, COMPUTING while there is no answer yet, or UNKNOWN where there is nothing to measure
     * @param measured the site; null unless READY
     * @param best title of one of the ways
     * @param text the advice in a sentence, or why there is none
     * @param at when it was computed; null while it is
     */
    record Advice(
            String train, String state, Advisor.Site measured, List<Way> ways, String best, String text, Instant at)
            implements View {}

    /**
     * How one way to release does.
     *
     * @param capacity changes per hour when the queue is always full
     * @param steady whether it keeps up; the lead times mean nothing otherwise
     * @param p50Minutes from request to release of good changes
     */
    record Way(
            String title,
            Double capacity,
            boolean steady,
            Double p50Minutes,
            Double p95Minutes,
            Double trialsPerChange,
            Double wrongEjections)
            implements View {}

    /** What people did by hand. */
    record Audit(List<Deed> deeds, String next) implements View {}

    /**
     * Something that somebody did.
     *
     * @param what PAUSED, RESUMED, HELD, FREED, PRIORITISED, FORCED, ROLLED_BACK, DEPARTED, BLOCKED, UNBLOCKED, WAIVED, NOTED,
     *     MARKED_GOOD or CONFIGURED
     * @param place the train, or what else it was done to as a whole; empty for none
     * @param subjects ids of changes, a release, a service, or parts of a configuration
     * @param reason as it was given; empty where none is asked for
     * @param build whose change it was done to; empty where it was done to something else
     */
    record Deed(Instant at, String user, String what, String place, List<String> subjects, String reason, String build)
            implements View {
        Deed(Instant at, String user, String what, String place, List<String> subjects, String reason) {
            this(at, user, what, place, subjects, reason, "");
        }
    }

    /**
     * What is known of the contracts of the images that a change, a lane or a release brings, or that two releases differ in.
     *
     * @param services the first of them; those of which nothing is known are left out
     * @param looked how many were looked at
     * @param total images in all
     */
    record ContractHistories(List<ContractHistory> services, int looked, int total) implements View {}

    /** What is known of the contract of a service, newest first. @param names of the entries' images, by digest */
    record ContractHistory(String service, List<ContractEntry> entries, Map<String, String> names) implements View {}

    /**
     * Something about the contract of an image.
     *
     * @param what PUBLISHED, CHECKED, NEEDED, ATTESTED or WAIVED
     * @param before what production ran; where NEEDED the other's image; empty unless CHECKED, NEEDED or ATTESTED
     * @param files as {@code kind name} where PUBLISHED; where ATTESTED the result and the digest of the evidence, if it is
     *     kept beside the image; where NEEDED the two services as {@code consumer → provider}
     * @param findings worst first
     * @param more findings beyond those
     * @param build the job whose tool compared them; empty for the built-in checkers
     * @param by who waived it
     * @param reason of the waiver, or why evidence could not be kept
     */
    record ContractEntry(
            Instant at,
            String what,
            String before,
            String image,
            List<String> files,
            List<ContractFinding> findings,
            int more,
            String build,
            String by,
            String reason)
            implements View {}

    /** Those of this controller that were called since it started. */
    record Webhooks(List<Live.Delivery> webhooks) implements View {}

    /** @param error says what is wrong and what to do */
    record Problem(String error) implements View {}

    /** @param pairs newest first; each pair of images once, with its newest run. @param names of their images, by digest */
    record Verified(String service, List<Pair> pairs, Map<String, String> names) implements View {}

    /**
     * The tests of a trial or lane passed with both.
     *
     * @param consumer calls the {@code provider}: the one with this {@code image}, the other {@code with} that one
     */
    record Pair(String consumer, String image, String provider, String with, String run, Instant at) implements View {}
}
