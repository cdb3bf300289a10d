package io.jenkins.plugins.releasetrain.steps;

import hudson.model.Run;
import io.jenkins.plugins.releasetrain.engine.history.HistoryApi;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.host.BuildContracts;
import io.jenkins.plugins.releasetrain.host.BuildHost;
import io.jenkins.plugins.releasetrain.host.Builds;
import io.jenkins.plugins.releasetrain.host.BuiltImages;
import io.jenkins.plugins.releasetrain.host.Environments;
import io.jenkins.plugins.releasetrain.host.LaneDriver;
import io.jenkins.plugins.releasetrain.host.Manifests;
import io.jenkins.plugins.releasetrain.host.Promotions;
import io.jenkins.plugins.releasetrain.host.Riders;
import io.jenkins.plugins.releasetrain.host.RunningBodies;
import io.jenkins.plugins.releasetrain.host.RunningTests;
import io.jenkins.plugins.releasetrain.host.TrainDriver;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jenkinsci.plugins.workflow.graph.FlowNode;

/** Work is done when a test says so; what steps ask of the outside world is not there. */
final class FakeBuildHost implements BuildHost, Builds {
    final Deque<Runnable> work = new ArrayDeque<>();
    final Deque<Runnable> later = new ArrayDeque<>();
    /** Jobs that everybody may read. */
    Set<String> open = Set.of();

    /** What the store knows images by. */
    Map<Digest, String> versions = Map.of();

    Catalog catalog;
    Registries registries;

    /** Bodies that wait for the build are those that a test says so of. */
    RunningBodies bodies = new RunningBodies(build -> this.callers);

    List<RunningBodies.Caller> callers = List.of();

    /** Another controller of this identity drives everything. */
    boolean quiet;

    /** Steps that somebody ended behind their back. */
    Set<FlowNode> ended = Set.of();

    /** Whatever is due now. */
    void run() {
        while (!work.isEmpty()) {
            work.remove().run();
        }
    }

    /** Time passes. */
    void runLater() {
        Deque<Runnable> due = new ArrayDeque<>(later);
        later.clear();
        due.forEach(Runnable::run);
        run();
    }

    @Override
    public void execute(Runnable task) {
        work.add(task);
    }

    @Override
    public void later(Runnable task, Duration delay) {
        later.add(task);
    }

    @Override
    public boolean isForEverybody(String job) {
        return open.contains(job);
    }

    @Override
    public List<String> troubleElsewhere(String trial) {
        return List.of();
    }

    @Override
    public boolean hasEnded(FlowNode node) {
        return ended.contains(node);
    }

    @Override
    public boolean isQuiet() {
        return quiet;
    }

    private static UnsupportedOperationException none() {
        return new UnsupportedOperationException("not in this test");
    }

    @Override
    public Riders riders() {
        throw none();
    }

    @Override
    public HistoryApi history() {
        throw none();
    }

    @Override
    public OperationsApi operations() {
        throw none();
    }

    @Override
    public BuiltImages built() {
        throw none();
    }

    @Override
    public TrainDriver train(String name) {
        throw none();
    }

    @Override
    public LaneDriver lanes(String environment) {
        throw none();
    }

    @Override
    public Lanes lanesOf(String environment) {
        throw none();
    }

    @Override
    public RunningBodies bodies() {
        return bodies;
    }

    @Override
    public RunningTests tests() {
        throw none();
    }

    @Override
    public BuildContracts contracts() {
        throw none();
    }

    @Override
    public Promotions promotions() {
        throw none();
    }

    @Override
    public Manifests manifests() {
        throw none();
    }

    @Override
    public Environments environments() {
        throw none();
    }

    @Override
    public Catalog catalogOfTrain(String train) {
        return Optional.ofNullable(catalog).orElseThrow(FakeBuildHost::none);
    }

    @Override
    public Registries registriesOfTrain(String train) {
        return Optional.ofNullable(registries).orElseThrow(FakeBuildHost::none);
    }

    @Override
    public Map<String, String> pushedForTrain(String train, Map<String, String> images) {
        return images;
    }

    @Override
    public Map<String, String> pushedForLanes(String environment, Map<String, String> images) {
        return images;
    }

    @Override
    public String registryHost(String registry) {
        throw none();
    }

    @Override
    public Store store() {
        throw none();
    }

    @Override
    public Map<Digest, String> names(Set<Digest> digests) {
        return versions;
    }

    @Override
    public Clock clock() {
        return Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    }

    @Override
    public Builds builds() {
        return this;
    }

    @Override
    public Origin origin(Run<?, ?> build, String step) {
        throw none();
    }

    @Override
    public boolean maySee() {
        return true;
    }

    @Override
    public void checkMaySee() {}

    @Override
    public String seen(String text) {
        return text;
    }
}
