package io.jenkins.plugins.releasetrain.engine.cluster;

import static io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads.deployment;
import static io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads.image;
import static io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.DaemonSet;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetUpdateStrategyBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Blocker;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Progress;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout.Outcome;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Standing.State;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Wanted;
import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.environment.Installer;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Subject;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock;
import io.jenkins.plugins.releasetrain.engine.lock.InMemoryLock;
import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.engine.model.Workload.Kind;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodBehaviour;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodSimulator;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clusters as they are: nodes, webhooks and quotas that are in the way for a while, and workloads that are not to run. */
class ClusterTroublesTest {
    private static final Duration DEADLINE = Duration.ofMinutes(2);

    private final Map<String, PodBehaviour> behaviours = new ConcurrentHashMap<>();
    private final ManualClock clock = new ManualClock();
    private volatile Optional<String> refusal = Optional.empty();
    private Runnable meanwhile = () -> {};
    private EmbeddedKubernetes kubernetes;
    private PodSimulator simulator;
    private Cluster cluster;

    @BeforeEach
    void start() {
        kubernetes = EmbeddedKubernetes.start();
        kubernetes.createNamespace("staging");
        simulator = PodSimulator.withControllers(
                new PodSimulator.Settings(
                        kubernetes.client(),
                        "staging",
                        image -> behaviours.getOrDefault(image, PodBehaviour.READY),
                        Duration.ofMillis(10)),
                () -> refusal);
        // The deadline is over by the clock of the wait; the controllers need a moment of their own.
        cluster = new KubernetesCluster(
                new KubernetesNamespace(kubernetes.client(), "staging"), Runnable::run, clock, duration -> {
                    clock.advance(duration);
                    meanwhile.run();
                    Thread.sleep(15);
                });
    }

    @AfterEach
    void stop() {
        simulator.close();
        kubernetes.close();
    }

    private Service create(Service service, Consumer<HasMetadata> change) {
        HasMetadata resource = TestWorkloads.workload(
                "staging",
                service.workload(),
                1,
                Map.of("main", image(service.name(), "1").toString()));
        change.accept(resource);
        kubernetes.client().resource(resource).create();
        return service;
    }

    private Service create(Service service) {
        return create(service, resource -> {});
    }

    private Rollout bring(Service service, String version, Progress progress) throws InterruptedException {
        Wanted wanted = Wanted.proven(Map.of(service, image(service.name(), version)), 1);
        return cluster.awaitRollouts(wanted, Set.copyOf(cluster.install(wanted)), DEADLINE, progress);
    }

    /** As soon as this reason is told, the trouble passes. */
    private Progress until(String reason, Runnable passes) {
        return new Progress() {
            @Override
            public void ready(int ready, int total) {}

            @Override
            public void waitingFor(Blocker first) {
                if (first.reason().equals(reason)) {
                    assertThat(first.fault()).isNotEqualTo(Fault.IMAGE);
                    passes.run();
                }
            }
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status 429 Too Many Requests",
                "unexpected status: 503 Service Unavailable",
                "dial tcp: lookup dev.example: no such host",
                "unauthorized: authentication required",
                "something that no rule knows"
            })
    void K8_3_waitsForAPullThatFailsForAPassingReason(String why) throws Exception {
        Service cart = create(deployment("cart"));
        String image = image("cart", "2").toString();
        behaviours.put(image, PodBehaviour.cannotPull(why));
        assertThat(bring(cart, "2", until("ImagePullBackOff", () -> behaviours.remove(image)))
                        .outcome())
                .isEqualTo(Outcome.READY);
    }

    @Test
    void K8_3_blamesAnImageThatIsNotThere() throws Exception {
        Service cart = create(deployment("cart"));
        behaviours.put(image("cart", "2").toString(), PodBehaviour.cannotPull("manifest unknown"));
        Rollout rollout = bring(cart, "2", Progress.NONE);
        assertThat(rollout.outcome()).isEqualTo(Outcome.BLOCKED);
        assertThat(rollout.blocker().orElseThrow().fault()).isEqualTo(Fault.IMAGE);
    }

    @Test
    void K8_3_blamesNobodyForAPullThatFailsUntilTheDeadline() throws Exception {
        Service cart = create(deployment("cart"));
        behaviours.put(image("cart", "2").toString(), PodBehaviour.cannotPull("429 Too Many Requests"));
        Rollout rollout = bring(cart, "2", Progress.NONE);
        assertThat(rollout.outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(rollout.blocker().orElseThrow().fault()).isEqualTo(Fault.ENVIRONMENT);
    }

    @Test
    void K8_4_waitsForAProcessThatStartsAgainUntilItsDependencyIsThere() throws Exception {
        Service cart = create(deployment("cart"));
        String image = image("cart", "2").toString();
        behaviours.put(image, PodBehaviour.crashed(2));
        assertThat(bring(cart, "2", until("CrashLoopBackOff", () -> behaviours.remove(image)))
                        .outcome())
                .isEqualTo(Outcome.READY);
    }

    @Test
    void K8_4_blamesAProcessThatStillEndsAtTheDeadline() throws Exception {
        Service cart = create(deployment("cart"));
        Instant end = clock.instant().plus(DEADLINE);
        behaviours.put(image("cart", "2").toString(), PodBehaviour.crashed(3));
        Rollout rollout = bring(cart, "2", Progress.NONE);
        assertThat(clock.instant()).isEqualTo(end);
        assertThat(rollout.blocker().orElseThrow().fault()).isEqualTo(Fault.IMAGE);
    }

    @Test
    void I4_blamesNoProcessThatEndsWhileTheEnvironmentKeepsAnotherFromStarting() throws Exception {
        Service cart = create(deployment("cart"));
        Service config = create(deployment("config"));
        behaviours.put(image("cart", "2").toString(), PodBehaviour.crashed(9));
        behaviours.put(image("config", "2").toString(), PodBehaviour.cannotPull("429 Too Many Requests"));
        assertThat(bring(config, "2", Progress.NONE).outcome()).isEqualTo(Outcome.TIMED_OUT);
        Wanted wanted = Wanted.proven(Map.of(cart, image("cart", "2"), config, image("config", "2")), 1);
        cluster.install(wanted);
        Rollout rollout = cluster.awaitRollouts(wanted, Set.of(), DEADLINE, Progress.NONE);
        assertThat(rollout.outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(rollout.blocker().orElseThrow().fault()).isEqualTo(Fault.ENVIRONMENT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Internal error occurred: failed calling webhook \"check.policy.example\": context deadline exceeded",
                "failed to create pod: etcdserver: request timed out",
                "pods \"cart\" is forbidden: exceeded quota: compute"
            })
    void K8_5_waitsWhilePodsCannotBeCreated(String why) throws Exception {
        Service cart = create(deployment("cart"));
        bring(cart, "1", Progress.NONE);
        refusal = Optional.of(why);
        assertThat(bring(cart, "2", until("FailedCreate", () -> refusal = Optional.empty()))
                        .outcome())
                .isEqualTo(Outcome.READY);
        refusal = Optional.of(why);
        Rollout rollout = bring(cart, "3", Progress.NONE);
        assertThat(rollout.outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(rollout.blocker().orElseThrow().fault()).isEqualTo(Fault.ENVIRONMENT);
    }

    @Test
    void blamesNobodyForAPodThatItsNodeTookAway() throws Exception {
        Service cart = create(deployment("cart"));
        behaviours.put(image("cart", "2").toString(), PodBehaviour.evicted("low on memory"));
        Rollout rollout = bring(cart, "2", Progress.NONE);
        assertThat(rollout.outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(rollout.blocker().orElseThrow().fault()).isEqualTo(Fault.ENVIRONMENT);
    }

    @Test
    void B10_freesAStatefulSetOfABadPodAfterTheTemplateWasPutBack() throws Exception {
        Service db = create(service("db", new Workload(Kind.STATEFUL_SET, "db", "")));
        bring(db, "1", Progress.NONE);
        behaviours.put(image("db", "2").toString(), PodBehaviour.NEVER_READY);
        assertThat(bring(db, "2", Progress.NONE).outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(bring(db, "1", Progress.NONE).outcome()).isEqualTo(Outcome.READY);
    }

    @Test
    void I3_B10_deletesNoPodUnderALowerToken() throws Exception {
        Service db = create(service("db", new Workload(Kind.STATEFUL_SET, "db", "")));
        bring(db, "1", Progress.NONE);
        behaviours.put(image("db", "2").toString(), PodBehaviour.NEVER_READY);
        bring(db, "2", Progress.NONE);
        Wanted back = Wanted.proven(Map.of(db, image("db", "1")), 1);
        cluster.install(back);
        cluster.fence(List.of(db), 2);
        assertThat(cluster.awaitRollouts(back, Set.of(), DEADLINE, Progress.NONE)
                        .outcome())
                .isEqualTo(Outcome.TIMED_OUT);
    }

    private Service[] notExpected() {
        return new Service[] {
            create(deployment("none"), d -> ((Deployment) d).getSpec().setReplicas(0)),
            create(deployment("paused"), d -> ((Deployment) d).getSpec().setPaused(true)),
            create(
                    service("nowhere", new Workload(Kind.DAEMON_SET, "nowhere", "")),
                    d -> ((DaemonSet) d).getSpec().getTemplate().getSpec().setNodeSelector(Map.of("no", "such-node"))),
            create(service("parted", new Workload(Kind.STATEFUL_SET, "parted", "")), s -> {
                ((StatefulSet) s).getSpec().setReplicas(3);
                ((StatefulSet) s)
                        .getSpec()
                        .setUpdateStrategy(new StatefulSetUpdateStrategyBuilder()
                                .withType("RollingUpdate")
                                .withNewRollingUpdate()
                                .withPartition(1)
                                .endRollingUpdate()
                                .build());
            }),
            create(
                    service("by-hand", new Workload(Kind.STATEFUL_SET, "by-hand", "")),
                    s -> ((StatefulSet) s)
                            .getSpec()
                            .setUpdateStrategy(new StatefulSetUpdateStrategyBuilder()
                                    .withType("OnDelete")
                                    .build()))
        };
    }

    @Test
    void K8_2_K8_10_goesOnBesideServicesThatAreNotToRun() throws Exception {
        Service cart = create(deployment("cart"));
        Service[] others = notExpected();
        Map<Service, ImageReference> images = new HashMap<>(Map.of(cart, image("cart", "2")));
        List.of(others).forEach(s -> images.put(s, image(s.name(), "2")));
        Wanted wanted = new Wanted(images, Set.of("cart"), 1);
        Set<String> patched = new HashSet<>(cluster.install(wanted));
        assertThat(patched).contains("none", "parted");
        Rollout rollout = cluster.awaitRollouts(wanted, patched, DEADLINE, Progress.NONE);
        assertThat(rollout.outcome()).isEqualTo(Outcome.READY);
        assertThat(rollout.standings().get("cart").state()).isEqualTo(State.RUNS);
        for (Service other : others) {
            assertThat(rollout.standings().get(other.name()).state())
                    .as(other.name())
                    .isEqualTo(State.NOT_EXPECTED);
        }
        assertThat(cluster.unprovable(images.keySet()))
                .containsOnlyKeys("none", "paused", "nowhere", "parted", "by-hand")
                .hasEntrySatisfying("parted", why -> assertThat(why).contains("StatefulSet parted", "partition 1"))
                .hasEntrySatisfying("none", why -> assertThat(why).contains("no replicas", "nothing can be proven"));
    }

    @Test
    void B8_doesNotWaitForAServiceThatIsNotChangedAndNotReady() throws Exception {
        behaviours.put(image("mail", "1").toString(), PodBehaviour.NEVER_READY);
        Service cart = create(deployment("cart"));
        Service mail = create(deployment("mail"));
        Wanted wanted = new Wanted(Map.of(cart, image("cart", "2"), mail, image("mail", "1")), Set.of("cart"), 1);
        Rollout rollout = cluster.awaitRollouts(wanted, Set.copyOf(cluster.install(wanted)), DEADLINE, Progress.NONE);
        assertThat(rollout.outcome()).isEqualTo(Outcome.READY);
        assertThat(rollout.standings().get("mail").state()).isEqualTo(State.NOT_READY);
    }

    @Test
    void I3_waitsUntilNothingElseRunsInAnUnchangedServicesPlace() throws Exception {
        Service cart = create(deployment("cart"));
        Service mail = create(deployment("mail"));
        bring(mail, "2", Progress.NONE);
        behaviours.put(image("mail", "1").toString(), PodBehaviour.NEVER_READY);
        Wanted wanted = new Wanted(Map.of(cart, image("cart", "1"), mail, image("mail", "1")), Set.of("cart"), 1);
        cluster.install(wanted);
        Rollout rollout = cluster.awaitRollouts(wanted, Set.of(), DEADLINE, Progress.NONE);
        assertThat(rollout.outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(rollout.standings().get("mail").state()).isEqualTo(State.OTHER_DIGEST);
    }

    @Test
    void K8_11_bringsWhatIsReleasedToTheProductionRegistrysName() {
        Service cart = create(deployment("cart"));
        ImageReference released = ImageReference.of(
                "prod.example", "shop/cart", image("cart", "1").digest().orElseThrow());
        assertThat(cluster.install(Wanted.proven(Map.of(cart, released), 1)))
                .as("a candidate is known by its digest alone")
                .isEmpty();
        Wanted baseline = new Wanted(Map.of(cart, released), Set.of(), 1);
        assertThat(cluster.install(baseline)).containsExactly("cart");
        assertThat(cluster.installed(List.of(cart))).containsEntry("cart", released);
        // A webhook that has everything pulled from a mirror.
        kubernetes
                .client()
                .apps()
                .deployments()
                .inNamespace("staging")
                .withName("cart")
                .patch(
                        PatchContext.of(PatchType.JSON),
                        "[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/image\","
                                + "\"value\":\"mirror.example/prod/shop/cart@"
                                + released.digest().orElseThrow() + "\"}]");
        assertThat(cluster.install(baseline)).isEmpty();
    }

    /** A GitOps tool that heals what it takes for drift. */
    @Test
    void I14_somebodyElseWhoTakesBackWhatWasInstalledIsTheEnvironmentsTrouble() throws Exception {
        Service cart = create(deployment("cart"));
        Wanted wanted = Wanted.proven(Map.of(cart, image("cart", "2")), 1);
        Set<String> patched = Set.copyOf(cluster.install(wanted));
        kubernetes
                .client()
                .apps()
                .deployments()
                .inNamespace("staging")
                .withName("cart")
                .patch(
                        new PatchContext.Builder()
                                .withPatchType(PatchType.JSON)
                                .withFieldManager("argocd-controller")
                                .build(),
                        "[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/image\"," + "\"value\":\""
                                + image("cart", "1") + "\"}]");
        Instant begin = clock.instant();
        Rollout rollout = cluster.awaitRollouts(wanted, patched, DEADLINE, Progress.NONE);
        assertThat(rollout.outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(rollout.blocker().orElseThrow().fault()).isEqualTo(Fault.ENVIRONMENT);
        assertThat(rollout.blocker().orElseThrow().toString())
                .contains("Overwritten", "asks for " + image("cart", "1"));
        assertThat(Duration.between(begin, clock.instant()))
                .as("waiting does not bring it back")
                .isLessThan(Duration.ofSeconds(30));
    }

    /** The old pod's node holds the volume still. */
    @Test
    void I4_podThatCannotBeginIsTheEnvironmentsAndSaysWhatItLacks() throws Exception {
        Service cart = create(deployment("cart"));
        behaviours.put(image("cart", "2").toString(), PodBehaviour.NOT_BEGUN);
        meanwhile = () -> warnOf("cart", "2", "FailedAttachVolume", "Multi-Attach error for volume \"pvc-1\"");
        Rollout rollout = bring(cart, "2", Progress.NONE);
        assertThat(rollout.outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(rollout.blocker().orElseThrow().fault()).isEqualTo(Fault.ENVIRONMENT);
        assertThat(rollout.blocker().orElseThrow().toString())
                .contains("nothing of it was begun", "FailedAttachVolume: Multi-Attach error for volume \"pvc-1\"");
    }

    /** As Helm's users complain of: that it was not ready in time says nothing. */
    @Test
    void whatDoesNotBecomeReadyIsToldWithItsPodAndWhatItsProbeSays() throws Exception {
        Service cart = create(deployment("cart"));
        behaviours.put(image("cart", "2").toString(), PodBehaviour.NEVER_READY);
        meanwhile = () ->
                warnOf("cart", "2", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503");
        Rollout rollout = bring(cart, "2", Progress.NONE);
        assertThat(rollout.outcome()).isEqualTo(Outcome.TIMED_OUT);
        Blocker blocker = rollout.blocker().orElseThrow();
        assertThat(blocker.fault()).isEqualTo(Fault.UNKNOWN);
        assertThat(blocker.pod()).startsWith("cart-");
        assertThat(blocker.toString())
                .contains("ContainersNotReady", "unready status: [main]", "replicas", "statuscode: 503");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "Unhealthy; Readiness probe failed: psql: password t0ken is wrong for ci; Unhealthy: Readiness probe failed",
                "Unhealthy; Liveness probe failed: Get \"http://10.0.0.7:8080/live?key=t0ken\": context deadline exceeded;"
                        + " Unhealthy: Liveness probe failed: deadline exceeded",
                "FailedPostStartHook; Exec lifecycle hook failed - error: 1, message: \"t0ken\"; FailedPostStartHook"
            })
    void I9_whatAProcessOfThePodWroteIsNotTold(String reason, String message, String told) throws Exception {
        Service cart = create(deployment("cart"));
        behaviours.put(image("cart", "2").toString(), PodBehaviour.NEVER_READY);
        meanwhile = () -> warnOf("cart", "2", reason, message);
        assertThat(bring(cart, "2", Progress.NONE).blocker().orElseThrow().toString())
                .endsWith("; " + told + ")")
                .doesNotContain("t0ken");
    }

    private void warnOf(String service, String version, String reason, String message) {
        kubernetes.client().pods().inNamespace("staging").list().getItems().stream()
                .filter(pod -> pod.getSpec()
                        .getContainers()
                        .get(0)
                        .getImage()
                        .equals(image(service, version).toString()))
                .map(pod -> pod.getMetadata().getName())
                .forEach(pod -> warn(pod, reason, message));
    }

    private void warn(String pod, String reason, String message) {
        if (kubernetes
                        .client()
                        .v1()
                        .events()
                        .inNamespace("staging")
                        .withName(pod)
                        .get()
                == null) {
            kubernetes
                    .client()
                    .resource(new EventBuilder()
                            .withNewMetadata()
                            .withNamespace("staging")
                            .withName(pod)
                            .endMetadata()
                            .withType("Warning")
                            .withReason(reason)
                            .withMessage(message)
                            .withNewInvolvedObject()
                            .withKind("Pod")
                            .withName(pod)
                            .endInvolvedObject()
                            .build())
                    .create();
        }
    }

    /** As it is found by a trial: the secret that all pods need to start was rotated while cart:1 ran. */
    @Test
    void I4_K8_4_whereNothingStartsWhatRunsGoesOnAndTheNewImageIsNotBlamed() throws Exception {
        Service cart = create(deployment("cart"));
        assertThat(bring(cart, "1", Progress.NONE).outcome()).isEqualTo(Outcome.READY);
        behaviours.put(image("cart", "1").toString(), PodBehaviour.CRASH_LOOP);
        behaviours.put(image("cart", "2").toString(), PodBehaviour.CRASH_LOOP);
        assertThat(installed(cart, "2").orElseThrow().fault()).isEqualTo(Fault.ENVIRONMENT);
        assertThat(TestWorkloads.running(cluster, cart))
                .as("who was started before")
                .containsExactly(image("cart", "1").digest().orElseThrow());
        behaviours.remove(image("cart", "1").toString());
        // A cluster whose pods fail at once takes no time here, and what is started anew is so by its time.
        clock.advance(Duration.ofMinutes(1));
        Installer.Problem problem = installed(cart, "2").orElseThrow();
        assertThat(problem.fault()).as("now it is the image").isEqualTo(Fault.IMAGE);
        assertThat(problem.text()).contains("CrashLoopBackOff", "what was there before starts there");
        behaviours.clear();
        assertThat(installed(cart, "2")).isEmpty();
    }

    /** Without a readiness probe: ready for the 20 s in which it waits for its database in vain. */
    @Test
    void I4_K8_4_whatIsReadyOnlyUntilItEndsDoesNotStart() throws Exception {
        Service cart = create(deployment("cart"));
        assertThat(bring(cart, "1", Progress.NONE).outcome()).isEqualTo(Outcome.READY);
        behaviours.put(image("cart", "2").toString(), PodBehaviour.CRASH_LOOP);
        AtomicInteger looks = new AtomicInteger();
        meanwhile = () -> {
            int look = looks.getAndIncrement();
            behaviours.put(
                    image("cart", "1").toString(),
                    look % 30 < 20 ? PodBehaviour.READY : PodBehaviour.crashed(1 + look / 30));
            simulator.lookAgain();
        };
        Installer.Problem problem = installed(cart, "2").orElseThrow();
        assertThat(problem.fault()).isNotEqualTo(Fault.IMAGE);
        assertThat(problem.text()).contains("what was there before does not start there now either");
    }

    /** Argo CD that heals itself and leaves images alone: what it has not in Git goes, and with it the restart. */
    @Test
    void I4_K8_4_whereStartingAnewIsTakenBackTheImageIsNotBlamed() throws Exception {
        Service cart = create(deployment("cart"));
        assertThat(bring(cart, "1", Progress.NONE).outcome()).isEqualTo(Outcome.READY);
        behaviours.put(image("cart", "2").toString(), PodBehaviour.CRASH_LOOP);
        meanwhile = this::heal;
        Instant begin = clock.instant();
        Installer.Problem problem = installed(cart, "2").orElseThrow();
        assertThat(problem.fault()).isEqualTo(Fault.ENVIRONMENT);
        assertThat(problem.text()).contains("CrashLoopBackOff", "was taken back", DeployedWorkload.STARTED);
        assertThat(Duration.between(begin, clock.instant())).isLessThan(Duration.ofMinutes(1));
    }

    private void heal() {
        var cart =
                kubernetes.client().apps().deployments().inNamespace("staging").withName("cart");
        var metadata = cart.get().getSpec().getTemplate().getMetadata();
        if (!metadata.getAnnotations().isEmpty()) {
            cart.patch(
                    PatchContext.of(PatchType.JSON),
                    "[{\"op\":\"remove\",\"path\":\"/spec/template/metadata/annotations\"}]");
        }
    }

    private Optional<Installer.Problem> installed(Service service, String version) throws InterruptedException {
        EnvironmentLock lock = new InMemoryLock(clock);
        long token = ((EnvironmentLock.Answer.Granted) lock.request(new EnvironmentLock.Request(
                        "trial", "shop", EnvironmentLock.Mode.EXCLUSIVE, Set.of(), Duration.ofHours(1))))
                .token();
        Environment staging = new Environment("staging", "staging", "", cluster, lock, DEADLINE, Duration.ofHours(1));
        Subject subject = new Subject(Map.of(service, image(service.name(), version)), Set.of("cart"), "trial", token)
                .inPlaceOf(Map.of(service, image(service.name(), "1")));
        return new Installer(staging).install(subject).problem();
    }

    private Refusal refused(int code, String message, Service... services) {
        Map<Service, ImageReference> images = new HashMap<>();
        for (Service service : services) {
            images.put(service, image(service.name(), "2"));
            kubernetes.admit(
                    image(service.name(), "2").digest().orElseThrow().toString(),
                    code,
                    message.replace("IMAGE", image(service.name(), "2").toString()));
        }
        return catchThrowableOfType(Refusal.class, () -> cluster.install(Wanted.proven(images, 1)));
    }

    @Test
    void I4_policyThatDeniesThePatchOfAnImageByItsNameSpeaksAgainstTheImage() {
        Service cart = create(deployment("cart"));
        Service mail = create(deployment("mail"));
        String why = "admission webhook \"sign.policy.example\" denied the request: IMAGE has no signature";
        Refusal refusal = refused(403, why, cart, mail);
        assertThat(refusal.fault()).isEqualTo(Fault.IMAGE);
        assertThat(refusal.services()).containsExactlyInAnyOrder("cart", "mail");
        assertThat(refusal).hasMessageContaining("has no signature").hasMessageNotContaining("RBAC");
    }

    private Refusal refusedFromDev(Service service, String version) {
        ImageReference candidate = ImageReference.of(
                "dev.example",
                "shop/" + service.name(),
                image(service.name(), version).digest().orElseThrow());
        return catchThrowableOfType(Refusal.class, () -> cluster.install(Wanted.proven(Map.of(service, candidate), 1)));
    }

    /** Only images of the production registry may be in the namespace. */
    @Test
    void I4_policyThatDeniesAllImagesOfARegistrySpeaksAgainstNone() {
        Service cart = create(deployment("cart"));
        kubernetes.admit(
                "dev.example/",
                403,
                "admission webhook \"validation.gatekeeper.sh\" denied the request: [repos] container <main> has an"
                        + " invalid image repo <dev.example/shop/cart>, allowed repos are [\"registry.example/\"]");
        Refusal refusal = refusedFromDev(cart, "2");
        assertThat(refusal.fault()).isEqualTo(Fault.ENVIRONMENT);
        assertThat(refusal).hasMessageContaining("invalid image repo");
        assertThat(refusal).hasMessageContaining("so is what is there now, by the same name");
        assertThat(cluster.installed(List.of(cart))).containsEntry("cart", image("cart", "1"));
    }

    /** The dev registry removed what is there now, so that nobody can tell whether it would be let in. */
    @Test
    void I4_policyThatFindsNoSignatureWhileTheFormerImageIsGoneSpeaksAgainstTheImage() {
        Service cart = create(deployment("cart"));
        String denied = "admission webhook \"sign\" denied the request: dev.example/shop/cart: ";
        kubernetes.admit(image("cart", "2").digest().orElseThrow().toString(), 403, denied + "no signature");
        kubernetes.admit(
                "dev.example/shop/cart@" + image("cart", "1").digest().orElseThrow(), 403, denied + "MANIFEST UNKNOWN");
        assertThat(refusedFromDev(cart, "2").fault()).isEqualTo(Fault.IMAGE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "500; Internal error occurred: failed calling webhook \"sign.policy.example\": context deadline exceeded",
                "403; admission webhook \"verify\" denied the request: IMAGE: Get \"https://log.example/\": dial tcp: i/o timeout",
                "403; admission webhook \"limits\" denied the request: there is no label 'team'",
                "422; ValidatingAdmissionPolicy 'team' with binding 'all' denied request: there is no label 'team'"
            })
    void I4_K8_5_admissionThatCannotLookOrMindsSomethingElseIsTheEnvironments(int code, String why) {
        Refusal refusal = refused(code, why, create(deployment("cart")));
        assertThat(refusal.fault()).isEqualTo(Fault.ENVIRONMENT);
        assertThat(refusal.services()).containsExactly("cart");
    }

    @Test
    void rightsThatTheAccountLacksAreNoRefusal() {
        Service cart = create(deployment("cart"));
        kubernetes.admit(
                image("cart", "2").digest().orElseThrow().toString(),
                403,
                "deployments.apps \"cart\" is forbidden: User \"ci\" cannot patch resource \"deployments\"");
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> cluster.install(Wanted.proven(Map.of(cart, image("cart", "2")), 1)))
                .isNotInstanceOf(Refusal.class)
                .withMessageContaining("RBAC");
    }
}
