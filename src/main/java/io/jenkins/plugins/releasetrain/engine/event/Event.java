package io.jenkins.plugins.releasetrain.engine.event;

import io.jenkins.plugins.releasetrain.engine.model.Built;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageLabels;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Order;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** Something that happened; the store keeps it for ever, so names and components change by a migration only. */
public sealed interface Event {
    /** A change joined a train's queue, its images already pinned (I1). */
    record ChangeQueued(Change change) implements Event {}

    /**
     * A change got its one final outcome (I8).
     *
     * @param related the release, or the change that superseded this one; empty otherwise
     * @param innocence of a rejection: the chance that it is wrong, from 0 to 1
     */
    record ChangeEnded(String change, Outcome outcome, String reason, String related, Optional<Double> innocence)
            implements Event {
        public ChangeEnded(String change, Outcome outcome, String reason, String related) {
            this(change, outcome, reason, related, Optional.empty());
        }
    }

    /** A waiting change departs before all of lower priority from now on. */
    record ChangePrioritised(String change, int priority, String user) implements Event {}

    /**
     * A train's list was closed: who was queued by the cutoff departs, who comes later waits for the next departure.
     *
     * @param scheduled which departure it is; empty where somebody let it depart by hand: {@code user}, for a reason
     */
    record ListClosed(Instant cutoff, Optional<Instant> scheduled, Optional<String> reason, Optional<String> user)
            implements Event {}

    /** Changes left the queue together, to be tried in this order. */
    record BatchDeparted(String batch, List<String> changes, Digest baseline) implements Event {}

    /** Others brought newer images to production (I13), or rolled services back, of which nothing newer counts any more. */
    record OthersReleased(SortedMap<String, Order> newest, Optional<List<String>> rolledBack) implements Event {}

    /** A batch is done; changes that are still undecided go back to the head of the queue, in this order. */
    record BatchEnded(String batch, List<String> requeued) implements Event {}

    /**
     * A set is about to be installed and tested.
     *
     * @param changes the prefix of the batch that the set holds on top of the baseline; none: a control run
     * @param conductor whose body tests it
     * @param fence token of the environment lock that it runs under
     * @param testRelease whether it is a run of the suite of test releases, if that is another one
     */
    record TrialStarted(
            String trial,
            String batch,
            Digest set,
            List<String> changes,
            String purpose,
            String environment,
            String conductor,
            long fence,
            boolean testRelease)
            implements Event {}

    /** The trial's set is up and running; these services had to be patched for it. */
    record TrialInstalled(String trial, List<String> patched, long milliseconds) implements Event {}

    /** The conductor's body runs for this trial from now on. */
    record TestsBegan(String trial) implements Event {}

    /** What was not as it should be where a trial, or a lane's attempt, changes nothing: told, and judged by nobody. */
    record TroubleElsewhere(String trial, String environment, List<String> trouble) implements Event {}

    /**
     * A trial's verdict.
     *
     * @param suite which tests, and how the environment was set up, so that the verdict is not mistaken for another one's
     * @param milliseconds from start to verdict
     * @param byConductor void because its conductor is gone or did not begin: it says nothing about the environment
     * @param keptOut void because of changes that the environment kept out; empty where none is known
     */
    record TrialEnded(
            String trial,
            Digest set,
            String suite,
            Verdict verdict,
            String reason,
            long milliseconds,
            boolean byConductor,
            Optional<KeptOut> keptOut)
            implements Event {
        public TrialEnded(String trial, Digest set, String suite, Verdict verdict, String reason, long milliseconds) {
            this(trial, set, suite, verdict, reason, milliseconds, false, Optional.empty());
        }
    }

    /** Of whose tests a verdict is, told with it: the conductor's, or those of a lane in {@code LANE#attempt}. */
    record TestsRecorded(String trial, String change, TestReport report) implements Event {}

    /**
     * A set was about to be tried, and its verdict is known already (design §5.5).
     *
     * @param changes and {@code testRelease} as of {@link TrialStarted}
     * @param runs how often it had this verdict
     */
    record VerdictRecalled(
            String batch, Digest set, List<String> changes, Verdict verdict, int runs, boolean testRelease)
            implements Event {}

    /** Somebody wants sets with these changes to be run, remembered verdicts or not. */
    record RunForced(List<String> changes, String user) implements Event {}

    /**
     * A set got a number (I2, I5).
     *
     * @param owner the train, or the environment and group of the lane
     * @param parent id of the release that it follows, for example {@code shop-17}; empty for the first
     * @param rollbackOf id of the release whose set is released again; empty usually
     * @param changed images that the parent does not have
     * @param trial whose verdict proves it; empty for a rollback
     * @param user who rolled back, and {@code reason}: why; empty usually
     * @param skipped services that the set released again holds, and that the catalog did not know any more
     */
    record ReleaseMade(
            String id,
            String owner,
            int number,
            Kind kind,
            Digest set,
            String parent,
            String rollbackOf,
            SortedMap<String, PinnedImage> changed,
            List<String> changes,
            String trial,
            Optional<String> user,
            Optional<String> reason,
            Optional<List<String>> skipped)
            implements Event {}

    /** Somebody rolls back, holds what else passes, and marks releases bad with it; the release that it makes is its end. */
    record RollbackOrdered(String release, String reason, boolean hold, List<String> bad, String user)
            implements Event {}

    /** A release's images are in the production registry and its tags point to them (I6). */
    record ReleasePromoted(String release, String promotion) implements Event {}

    /** A release's manifest is an artifact of the production registry, under the release's id. */
    record ReleasePublished(String release, String repository, Digest digest) implements Event {}

    /** A release's manifest is not in the production registry; the release itself is promoted. */
    record ReleaseNotPublished(String release, String reason) implements Event {}

    /** A release could not be promoted; production is as it was. */
    record PromotionRefused(String release, String promotion, String reason) implements Event {}

    /** An environment holds the baseline again, with no candidate in it. */
    record BaselineInstalled(String environment, Digest set, List<String> patched) implements Event {}

    /**
     * An environment, or the baseline itself, is broken: that alone is run again at {@code due}; told anew if it failed.
     *
     * @param train whose trials found it, or {@code lane/} and the environment
     * @param runs ids of the trials that say so, in order
     */
    record EnvironmentBroken(
            String train, String environment, Instant since, List<String> runs, String reason, Instant due)
            implements Event {}

    /** Something passed in an environment that was broken; the train goes on. */
    record EnvironmentHealed(String train, String environment, String run) implements Event {}

    /** A train stops departing. */
    record TrainPaused(String reason, String user) implements Event {}

    /** A train departs again. */
    record TrainResumed(String user) implements Event {}

    /** What passes is not released until somebody frees it; trials go on. */
    record ReleasesHeld(String reason, String user) implements Event {}

    /** What passed may be released again. */
    record ReleasesFreed(String user) implements Event {}

    /** An image is refused everywhere until it is unblocked; {@code release} brought it. */
    record ImageBlocked(Digest digest, String service, String release, String reason, String user) implements Event {}

    /** Somebody, SYSTEM for code and scripts, saved another configuration of that controller; parts are never values. */
    record ConfigurationChanged(List<ConfigurationPart> parts, String controller, String user) implements Event {}

    /** An image may be used again. */
    record ImageUnblocked(Digest digest, String user) implements Event {}

    /** What an image promises was attached to it as an artifact that refers to it; what was known of its contract is void. */
    record ContractPublished(String service, Digest image, Digest contract, List<String> files) implements Event {}

    /**
     * The contracts of two images of a service were compared.
     *
     * @param before what production ran
     * @param findings worst first, bounded
     * @param more findings beyond those
     * @param by which tools or which build; empty for the built-in checkers
     */
    record ContractChecked(
            String service, Digest before, Digest after, List<ContractFinding> findings, int more, Optional<String> by)
            implements Event {}

    /** What the gate says of an image was kept beside it ({@code evidence}), or there is a problem; see {@link Said}. */
    record ContractAttested(
            String service, Optional<Digest> before, Digest after, Said said, Optional<Digest> evidence, String problem)
            implements Event {}

    /** Whether an image of a consumer gets from one of a provider what it needs; worst findings first, bounded. */
    record ContractNeeded(String consumer, Digest image, String provider, Digest with, List<ContractFinding> findings)
            implements Event {}

    /** The tests of a trial or lane, the {@code run}, passed with an image among these others. */
    record EdgesVerified(String service, Digest image, Edges with, String run) implements Event {}

    /** What an image says of itself, by its ANNOTATIONS or the LABELS of its config, or NOTHING; once. */
    record ImageDescribed(Digest digest, ImageLabels labels, String from) implements Event {}

    /** A build made an image of a service; once per build. */
    record ImageBuilt(Digest digest, Built built) implements Event {}

    /** Somebody wrote a note of at most 4,000 characters on a release, or marked it: GOOD or NONE; the newest stands. */
    record ReleaseNoted(String release, String text, String mark, String user) implements Event {}

    /** An image may go although its contract is not compatible. */
    record ContractWaived(String service, Digest image, String reason, String user) implements Event {}

    /** A lane of a group of services asks to be let into its environment, its candidates already pinned (I1). */
    record LaneQueued(
            String lane, String environment, String group, SortedMap<String, PinnedImage> candidates, Origin origin)
            implements Event {}

    /**
     * A lane was let in and begins an attempt.
     *
     * @param replaced digests that its candidates take the place of (I7); baseline: the set that the environment held then
     * @param neighbours services that were claimed by other lanes then; fence: token of the lock that it runs under
     * @param isolation how its candidates are kept apart; they are taken out accordingly, whatever is configured by then
     * @param control whether its tests run on the baseline alone, its candidates staying out (a control run)
     * @param former what the workloads asked for that production does not have, as full references, by service
     * @param services whose candidates come in, as the catalog had them, to be taken out whatever it has by then
     */
    record LaneStarted(
            String lane,
            SortedMap<String, Digest> replaced,
            Digest baseline,
            List<String> neighbours,
            long fence,
            Optional<Isolation> isolation,
            boolean control,
            Optional<SortedMap<String, String>> former,
            Optional<List<Service>> services)
            implements Event {
        public LaneStarted(
                String lane,
                SortedMap<String, Digest> replaced,
                Digest baseline,
                List<String> neighbours,
                long fence,
                Optional<Isolation> isolation) {
            this(lane, replaced, baseline, neighbours, fence, isolation, false, Optional.empty(), Optional.empty());
        }
    }

    /**
     * The lane's candidates are up, running pods were seen with their digests, and its tests begin.
     *
     * @param baseline the set that the environment holds then, candidates included (I7); neighbours: other lanes' services
     */
    record LaneInstalled(String lane, Digest baseline, List<String> neighbours, List<String> patched, long milliseconds)
            implements Event {}

    /**
     * The lane's tests ended.
     *
     * @param baseline the set that the environment held at the end of the tests (I7)
     * @param drift services that changed meanwhile: among those that count or, where nothing declares what does, of all
     * @param milliseconds that they took; of one that could not be installed, the installation
     * @param beside lanes whose candidates were there at any time between and count
     * @param fault whose it is that it could not be installed, as far as that is known; empty where it was
     */
    record LaneTested(
            String lane,
            Verdict verdict,
            String reason,
            Digest baseline,
            List<String> drift,
            long milliseconds,
            Optional<List<String>> beside,
            Optional<Fault> fault)
            implements Event {
        public LaneTested(
                String lane, Verdict verdict, String reason, Digest baseline, List<String> drift, long milliseconds) {
            this(lane, verdict, reason, baseline, drift, milliseconds, Optional.empty(), Optional.empty());
        }
    }

    /**
     * The attempt decided nothing; the lane starts again.
     *
     * @param alone whether with no candidate there that counts for it; stays: its candidates stay and are tested there again
     */
    record LaneRetried(String lane, String reason, boolean alone, boolean stays) implements Event {
        public LaneRetried(String lane, String reason, boolean alone) {
            this(lane, reason, alone, false);
        }
    }

    /** A lane got its one final outcome; {@link LaneCleaned} tells when nothing is left of it that was not promoted. */
    record LaneEnded(String lane, Outcome outcome, String reason, String release) implements Event {}

    /** Nothing of an attempt is left in the environment; if it was promoted, the baseline holds it. */
    record LaneCleaned(String lane, int attempt) implements Event {}

    /** Lanes are told in this stream from now on, of each group in its own before; {@code lanes} without an outcome. */
    record LanesMoved(String environment, int lastNumber, List<LaneMoved> lanes) implements Event {}

    /** A build asks for a promotion that belongs to no release, between two registries by their configured names. */
    record PromotionOrdered(String promotion, String from, String to, Origin origin) implements Event {}

    /**
     * What a promotion will do, with each tag's former digest: enough to complete or to undo it.
     *
     * @param release empty for a plain {@code promoteImage}; source and target: hosts of the registries
     * @param intents whether {@link TagsMoving} tells every tag before it moves; older versions did not
     */
    record PromotionPlanned(
            String promotion, String release, String source, String target, List<Move> moves, boolean intents)
            implements Event {}

    /**
     * A promotion holds tags, for which others wait; once more for the same promotion: another controller goes on with it.
     *
     * @param controller who works on it
     * @param target host of the registry
     * @param tags as {@code repository:tag}
     */
    record PromotionOpened(String promotion, String controller, String target, List<String> tags) implements Event {}

    /** A promotion holds its tags no longer; what is {@code leftOver} it could not remove, and whoever wants it takes it over. */
    record PromotionClosed(String promotion, List<String> leftOver) implements Event {}

    /** These tags ({@code repository:tag}) may be this promotion's doing now; {@code formers}: their manifests, packed. */
    record TagsMoving(String promotion, List<String> tags, Optional<String> formers) implements Event {}

    /** A promotion will not be completed; what it moved is being put back. */
    record PromotionUndoing(String promotion, String reason) implements Event {}

    /** Tags that a promotion moved and that could not be put back yet; it is tried again. */
    record TagsLeft(String promotion, List<TagLeft> tags) implements Event {}

    /** All content of the set is in the target registry, by digest; no tag was moved yet. */
    record ContentPromoted(String promotion, long bytes, int copiedBlobs, int mountedBlobs) implements Event {}

    /** All tags are moved (I6). */
    record PromotionCompleted(String promotion) implements Event {}

    /** Every tag that had been moved is back, but for those that did not exist before and could not be removed. */
    record PromotionUndone(String promotion, String reason, List<String> leftOver) implements Event {}

    /** Whose release it is. */
    enum Kind {
        MONO,
        MICRO
    }

    /** Final outcomes of changes and lanes. */
    enum Outcome {
        RELEASED,
        /** A test release ({@code promote: false}) passed. */
        PROVEN,
        /** Tests failed, with proof (I4). */
        EJECTED,
        /** The image could not be started, with proof. */
        NOT_INSTALLABLE,
        SUPERSEDED,
        CANCELLED,
        /** Nothing is known about it: infrastructure, abort, or a verdict that is stale (I7). */
        UNDECIDED,
        /** Its contract breaks whoever relies on what production runs (design §13); nothing was tried. */
        INCOMPATIBLE
    }
}
