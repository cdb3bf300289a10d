package io.jenkins.plugins.releasetrain.host;

import hudson.ExtensionList;
import io.jenkins.plugins.releasetrain.engine.history.HistoryApi;
import io.jenkins.plugins.releasetrain.engine.history.Readable;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jenkinsci.plugins.workflow.graph.FlowNode;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * Port: what steps, and what builds show, ask of the rest of the plugin. What they ask of the store, a registry or a cluster
 * takes a while and can fail with {@link EngineException}.
 */
@Restricted(NoExternalUse.class)
public interface BuildHost {
    /** The controller's own, for what Jenkins itself makes: executions and actions that are read from a file. */
    static BuildHost here() {
        return ExtensionList.lookupSingleton(BuildHost.class);
    }

    /** In a background thread, at once. */
    void execute(Runnable work);

    /** The same, after a while. */
    void later(Runnable work, Duration delay);

    /**
     * Whether another controller of this identity drives them, as the original of a copied JENKINS_HOME does: what steps do would
     * be done twice then, or undone under it.
     */
    boolean isQuiet();

    /** Whether the step or block of a node is over, or the whole build. */
    default boolean hasEnded(FlowNode node) {
        return !node.isActive();
    }

    /** Whether builds may. */
    Riders riders();

    /** Also of a train that is not configured any more: what waits for it must end. */
    TrainDriver train(String name);

    /** Also of an environment that is not configured any more: what waits for its lanes must end. */
    LaneDriver lanes(String environment);

    /** Groups candidates by the lane that they share. */
    Lanes lanesOf(String environment);

    /** Follows what bodies record of their tests. */
    RunningTests tests();

    /** Which bodies run, and who waits for whom. */
    RunningBodies bodies();

    BuildContracts contracts();

    /** Tells the history which builds made which images. */
    BuiltImages built();

    Promotions promotions();

    /** The JSON API; whoever asks has checked Release/View. */
    HistoryApi history();

    /** What people do by hand; checks the right of each. */
    OperationsApi operations();

    /** Releases, and sets that are being tried, as text for other installers. */
    Manifests manifests();

    Environments environments();

    Catalog catalogOfTrain(String train);

    Registries registriesOfTrain(String train);

    /** Images by service, those of a Docker daemon pushed to the dev registry of the catalog that the train uses. */
    Map<String, String> pushedForTrain(String train, Map<String, String> images);

    /** The same for an environment that takes lanes. */
    Map<String, String> pushedForLanes(String environment, Map<String, String> images);

    /** @throws EngineException where the registry is not configured */
    String registryHost(String registry);

    /** What was seen not to be as it should be where a trial changes nothing, for whoever reads its build's log. */
    List<String> troubleElsewhere(String trial);

    /** @throws EngineException UNAVAILABLE while it is not open */
    Store store();

    /** What images are called, for people; without those that the store does not tell of in time (I11). */
    default Map<Digest, String> names(Set<Digest> digests) {
        return tests().ask(() -> Readable.names(store(), digests)).orElse(Map.of());
    }

    /** A sentence of the engine with versions and times; without versions where the store does not answer in time (I11). */
    default String readable(String sentence) {
        return Readable.of(sentence, this::names, clock().withZone(ZoneId.systemDefault()));
    }

    /** The one that all of the plugin goes by. */
    Clock clock();

    /** Who asks, and what may be seen. */
    Builds builds();
}
