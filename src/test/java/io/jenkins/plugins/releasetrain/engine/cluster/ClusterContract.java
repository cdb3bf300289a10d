package io.jenkins.plugins.releasetrain.engine.cluster;

import static io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads.deployment;
import static io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads.image;
import static io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Progress;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout.Outcome;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Standing.State;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Wanted;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodBehaviour;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every {@link Cluster} does; run against each API server that tests know. */
abstract class ClusterContract {
    private static final Duration PLENTY = Duration.ofMinutes(2);

    private final Map<String, PodBehaviour> behaviours = new ConcurrentHashMap<>();
    private final ExecutorService executor = Executors.newFixedThreadPool(4);
    private KubernetesClient client;
    private String namespace;
    private Cluster cluster;

    /** A new namespace in which images behave as the function says. */
    abstract KubernetesNamespace open(java.util.function.Function<String, PodBehaviour> behaviour);

    abstract void close(KubernetesNamespace namespace);

    @BeforeEach
    void openNamespace() {
        KubernetesNamespace opened = open(image -> behaviours.getOrDefault(image, PodBehaviour.READY));
        client = opened.client();
        namespace = opened.name();
        cluster = cluster(namespace);
    }

    @AfterEach
    void closeNamespace() {
        executor.shutdownNow();
        close(new KubernetesNamespace(client, namespace));
    }

    private Cluster cluster(String name) {
        return prepared(new KubernetesCluster(
                new KubernetesNamespace(client, name), executor, Clock.systemUTC(), Sleeper.real()));
    }

    /** How it is read: again and again, unless overridden. */
    Cluster prepared(KubernetesCluster plain) {
        return plain;
    }

    private void create(Workload workload, int replicas, String image) {
        client.resource(TestWorkloads.workload(namespace, workload, replicas, Map.of("main", image)))
                .create();
    }

    private Service create(String name, String image) {
        Service service = deployment(name);
        create(service.workload(), 1, image);
        return service;
    }

    private HasMetadata read(Service service) {
        return WorkloadKinds.of(service.workload().kind())
                .in(client)
                .inNamespace(namespace)
                .withName(service.workload().name())
                .get();
    }

    private String specImage(Service service) {
        return DeployedWorkload.of(read(service)).containers().get(0).getImage();
    }

    private Rollout await(Service... services) throws InterruptedException {
        return await(PLENTY, Progress.NONE, services);
    }

    private Rollout await(Duration deadline, Progress progress, Service... services) throws InterruptedException {
        return cluster.awaitRollouts(TestWorkloads.asked(cluster, List.of(services)), Set.of(), deadline, progress);
    }

    private void install(Service service, String version) {
        cluster.install(Wanted.proven(Map.of(service, image(service.name(), version)), 1));
    }

    private static WorkloadPatcher.Images one(ImageReference image) {
        return new WorkloadPatcher.Images(Map.of(new Slot(false, 0), image.toString()), Set.of(), "");
    }

    private static void assertKind(Throwable thrown, FailureKind kind) {
        assertThat(thrown)
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    @Test
    void shouldTellWhatIsInstalledWhateverItsForm() {
        Service pinned = create("pinned", image("pinned", "1").toString());
        Service tagged = create("tagged", "registry.example:5000/shop/tagged:1.4");
        Service bare = create("bare", "cart");
        Service odd = create("odd", "Not/A$Valid--Image");
        assertThat(cluster.installed(List.of(pinned, tagged, bare, odd)))
                .containsEntry("pinned", image("pinned", "1"))
                .containsEntry("tagged", ImageReference.parse("registry.example:5000/shop/tagged:1.4"))
                .containsEntry("bare", ImageReference.parse("docker.io/library/cart:latest"))
                .hasEntrySatisfying("odd", i -> assertThat(i.registry()).isEqualTo("unreadable.invalid"));
    }

    @Test
    void shouldNameAllMissingWorkloads() {
        Service there = create("there", "there:1");
        Map<Service, ImageReference> all = new LinkedHashMap<>();
        List.of(there, deployment("gone"), deployment("lost")).forEach(s -> all.put(s, image(s.name(), "2")));
        assertThatThrownBy(() -> cluster.install(Wanted.proven(all, 1)))
                .satisfies(e -> assertKind(e, FailureKind.NOT_FOUND))
                .hasMessageContaining("Deployment gone")
                .hasMessageContaining("Deployment lost")
                .hasMessageContaining(namespace)
                .hasMessageNotContaining("there (");
    }

    @Test
    void shouldTellThatTheNamespaceIsMissing() {
        assertThatThrownBy(() -> cluster(namespace + "-absent").installed(List.of(deployment("cart"))))
                .satisfies(e -> assertKind(e, FailureKind.NOT_FOUND))
                .hasMessageContaining("Namespace " + namespace + "-absent does not exist");
    }

    @Test
    void shouldRefuseToGuessAmongSeveralContainersAndTakeTheNamedOne() {
        Map<String, String> images = new LinkedHashMap<>();
        images.put("proxy", "proxy:1");
        images.put("app", "app:1");
        client.resource(TestWorkloads.workload(
                        namespace, new Workload(Workload.Kind.DEPLOYMENT, "cart", ""), 1, images))
                .create();
        assertThatThrownBy(() -> cluster.install(Wanted.proven(Map.of(deployment("cart"), image("cart", "2")), 1)))
                .satisfies(e -> assertKind(e, FailureKind.INVALID_INPUT))
                .hasMessageContaining("proxy, app");
        Service other = service("cart", new Workload(Workload.Kind.DEPLOYMENT, "cart", "db"));
        assertThatThrownBy(() -> cluster.install(Wanted.proven(Map.of(other, image("cart", "2")), 1)))
                .satisfies(e -> assertKind(e, FailureKind.NOT_FOUND));
        Service named = service("cart", new Workload(Workload.Kind.DEPLOYMENT, "cart", "app"));
        assertThat(cluster.install(Wanted.proven(Map.of(named, image("cart", "2")), 1)))
                .containsExactly("cart");
        assertThat(DeployedWorkload.of(read(named)).containers())
                .extracting(c -> c.getImage())
                .containsExactly("proxy:1", image("cart", "2").toString());
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads#kindsOfPods")
    void shouldStartPodsAnewThatRunWhatIsWantedAlready(Workload.Kind kind) throws Exception {
        Service cart = service("cart", new Workload(kind, "cart", ""));
        create(cart.workload(), 1, image("cart", "1").toString());
        assertThat(await(cart).outcome()).isEqualTo(Outcome.READY);
        Wanted wanted = Wanted.proven(Map.of(cart, image("cart", "1")), 3);
        assertThat(cluster.install(wanted)).isEmpty();
        for (int times = 0; times < 2; times++) {
            Set<String> before = podIds();
            Wanted started = cluster.restart(wanted);
            assertThat(started).isNotEqualTo(wanted);
            assertThat(cluster.awaitRollouts(started, Set.of(), PLENTY, Progress.NONE)
                            .outcome())
                    .isEqualTo(Outcome.READY);
            BesideContract.eventually(
                    "other pods", () -> !podIds().isEmpty() && podIds().stream().noneMatch(before::contains));
        }
        assertThat(specImage(cart)).isEqualTo(image("cart", "1").toString());
        assertThatThrownBy(() -> cluster.restart(Wanted.proven(Map.of(cart, image("cart", "1")), 2)))
                .as("I3")
                .satisfies(e -> assertKind(e, FailureKind.LOCK_LOST));
    }

    private Set<String> podIds() {
        return client.pods().inNamespace(namespace).list().getItems().stream()
                .map(pod -> pod.getMetadata().getUid())
                .collect(Collectors.toSet());
    }

    @Test
    void shouldPatchTwoServicesOfOneWorkloadTogether() {
        Map<String, String> images = new LinkedHashMap<>();
        images.put("front", "front:1");
        images.put("back", "back:1");
        client.resource(TestWorkloads.workload(
                        namespace, new Workload(Workload.Kind.DEPLOYMENT, "shop", ""), 1, images))
                .create();
        Service front = service("front", new Workload(Workload.Kind.DEPLOYMENT, "shop", "front"));
        Service back = service("back", new Workload(Workload.Kind.DEPLOYMENT, "shop", "back"));
        assertThat(cluster.install(Wanted.proven(Map.of(front, image("front", "2"), back, image("back", "2")), 4)))
                .containsExactly("back", "front");
        assertThat(cluster.installed(List.of(front, back)))
                .containsEntry("front", image("front", "2"))
                .containsEntry("back", image("back", "2"));
        assertThat(read(front).getMetadata().getGeneration()).isEqualTo(2);
    }

    @Test
    void I1_shouldInstallOnlyWhatHasADigest() {
        Service cart = create("cart", "cart:1");
        assertThatThrownBy(() -> cluster.install(
                        Wanted.proven(Map.of(cart, ImageReference.parse("registry.example/shop/cart:2")), 1)))
                .satisfies(e -> assertKind(e, FailureKind.INVALID_INPUT));
        assertThat(specImage(cart)).isEqualTo("cart:1");
    }

    @Test
    void shouldPatchOnlyTheWorkloadsWhoseDigestDiffers() throws Exception {
        List<Service> services = IntStream.range(0, 8)
                .mapToObj(i -> create("s" + i, image("s" + i, "1").toString()))
                .toList();
        assertThat(await(services.toArray(Service[]::new)).outcome()).isEqualTo(Outcome.READY);
        Map<Service, ImageReference> wanted = new LinkedHashMap<>();
        services.forEach(s -> wanted.put(s, image(s.name(), "1")));
        wanted.put(services.get(3), image("s3", "2"));
        // The same content under another name is the same content.
        wanted.put(
                services.get(4),
                ImageReference.of(
                        "other.example", "elsewhere", image("s4", "1").digest().get()));

        assertThat(cluster.install(Wanted.proven(wanted, 7))).containsExactly("s3");

        assertThat(await(services.toArray(Service[]::new)).outcome()).isEqualTo(Outcome.READY);
        assertThat(specImage(services.get(3))).isEqualTo(image("s3", "2").toString());
        assertThat(services)
                .allSatisfy(s -> assertThat(read(s).getMetadata().getGeneration())
                        .isEqualTo(s.name().equals("s3") ? 2 : 1));
        assertThat(cluster.install(Wanted.proven(wanted, 7))).isEmpty();
    }

    @Test
    void I3_shouldChangeNothingUnderALowerFence() {
        Service cart = create("cart", "cart:1");
        Service pay = create("pay", "pay:1");
        cluster.fence(List.of(cart), 9);
        assertThatThrownBy(() ->
                        cluster.install(Wanted.proven(Map.of(pay, image("pay", "2"), cart, image("cart", "2")), 8)))
                .satisfies(e -> assertKind(e, FailureKind.LOCK_LOST))
                .hasMessageContaining("Deployment cart in namespace " + namespace);
        assertThat(specImage(cart)).isEqualTo("cart:1");
        assertThat(specImage(pay)).isEqualTo("pay:1");
        cluster.fence(List.of(cart, pay), 8);
        assertThat(DeployedWorkload.of(read(cart)).fence())
                .as("B18: a later holder's stamp does as well")
                .isEqualTo(9);
        assertThat(DeployedWorkload.of(read(pay)).fence()).isEqualTo(8);
        assertThat(cluster.install(Wanted.proven(Map.of(cart, image("cart", "3")), 9)))
                .containsExactly("cart");
        assertThat(cluster.install(Wanted.proven(Map.of(cart, image("cart", "4")), 10)))
                .containsExactly("cart");
    }

    /** A manifest of another namespace, or of a backup, brings that one's token along: nothing was installed there any more. */
    @Test
    void I3_I14_aTokenThatTheLockNeverGrantedIsNobodys() {
        Service cart = create("cart", "cart:1");
        Service pay = create("pay", "pay:1");
        Service shop = create("shop", "shop:1");
        cluster.fence(List.of(cart, shop), 5_000);
        cluster.fence(List.of(pay), 9);
        client.leases()
                .inNamespace(namespace)
                .resource(new LeaseBuilder()
                        .withNewMetadata()
                        .withName(Fences.LEASE)
                        .endMetadata()
                        .withNewSpec()
                        .withLeaseTransitions(9)
                        .endSpec()
                        .build())
                .create();

        assertThat(cluster.install(Wanted.proven(Map.of(cart, image("cart", "2")), 8)))
                .containsExactly("cart");
        assertThatThrownBy(() -> cluster.install(Wanted.proven(Map.of(pay, image("pay", "2")), 8)))
                .satisfies(e -> assertKind(e, FailureKind.LOCK_LOST));
        cluster.fence(List.of(pay, shop), 8);

        assertThat(DeployedWorkload.of(read(cart)).fence()).isEqualTo(8);
        assertThat(DeployedWorkload.of(read(pay)).fence()).as("it was granted").isEqualTo(9);
        assertThat(DeployedWorkload.of(read(shop)).fence())
                .as("who lost the lock must meet a token that counts")
                .isEqualTo(8);
    }

    @Test
    void I3_shouldLetTheApiServerRefuseAPatchThatWasDecidedBeforeALaterHolderStamped() {
        Service cart = create("cart", "cart:1");
        NamespaceReader reader = new NamespaceReader(new KubernetesNamespace(client, namespace));
        DeployedWorkload readBefore =
                reader.workload(Workload.Kind.DEPLOYMENT, "cart").orElseThrow();
        cluster.fence(List.of(cart), 9);
        WorkloadPatcher late = new WorkloadPatcher(new KubernetesNamespace(client, namespace), reader, 8, pause -> {});
        assertThatThrownBy(() -> late.apply(readBefore, one(image("cart", "2"))))
                .satisfies(e -> assertKind(e, FailureKind.LOCK_LOST));
        assertThat(specImage(cart)).isEqualTo("cart:1");

        // The same with a stamp to begin with: then the test is on the annotation alone.
        DeployedWorkload stamped =
                reader.workload(Workload.Kind.DEPLOYMENT, "cart").orElseThrow();
        cluster.fence(List.of(cart), 11);
        WorkloadPatcher later =
                new WorkloadPatcher(new KubernetesNamespace(client, namespace), reader, 10, pause -> {});
        assertThatThrownBy(() -> later.apply(stamped, one(image("cart", "2"))))
                .satisfies(e -> assertKind(e, FailureKind.LOCK_LOST));
        assertThat(specImage(cart)).isEqualTo("cart:1");
    }

    @Test
    void shouldDecideAgainWhenTheImageWasChangedInBetween() {
        Service cart = create("cart", "cart:1");
        NamespaceReader reader = new NamespaceReader(new KubernetesNamespace(client, namespace));
        cluster.fence(List.of(cart), 5);
        DeployedWorkload read =
                reader.workload(Workload.Kind.DEPLOYMENT, "cart").orElseThrow();
        setImage(cart, "cart:by-hand");
        new WorkloadPatcher(new KubernetesNamespace(client, namespace), reader, 5, pause -> {})
                .apply(read, one(image("cart", "2")));
        assertThat(specImage(cart)).isEqualTo(image("cart", "2").toString());
    }

    private void setImage(Service service, String image) {
        client.apps()
                .deployments()
                .inNamespace(namespace)
                .withName(service.name())
                .patch(
                        PatchContext.of(PatchType.JSON),
                        "[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/image\",\"value\":\"" + image
                                + "\"}]");
    }

    @Test
    void shouldFenceWithoutReplacingAPodAndOnlyUpwards() throws Exception {
        Service cart = create("cart", image("cart", "1").toString());
        Service pay = create("pay", image("pay", "1").toString());
        await(cart, pay);
        List<String> pods = podNames();
        cluster.fence(List.of(cart), 3);
        cluster.fence(List.of(cart, pay), 4);
        assertThat(await(cart, pay).outcome()).isEqualTo(Outcome.READY);
        assertThat(List.of(cart, pay))
                .allSatisfy(s ->
                        assertThat(read(s).getMetadata().getAnnotations()).containsEntry(DeployedWorkload.FENCE, "4"));
        assertThat(podNames()).isEqualTo(pods).hasSize(2);
    }

    private List<String> podNames() {
        return client.pods().inNamespace(namespace).list().getItems().stream()
                .map(p -> p.getMetadata().getName())
                .sorted()
                .toList();
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads#kindsOfPods")
    void shouldRollOutEveryKindOfWorkload(Workload.Kind kind) throws Exception {
        Service cart = service("cart", new Workload(kind, "cart", "main"));
        create(cart.workload(), 2, image("cart", "1").toString());
        ConcurrentLinkedQueue<Integer> progress = new ConcurrentLinkedQueue<>();
        assertThat(await(cart).outcome()).isEqualTo(Outcome.READY);
        assertThat(TestWorkloads.running(cluster, cart))
                .containsExactly(image("cart", "1").digest().get());

        assertThat(cluster.install(Wanted.proven(Map.of(cart, image("cart", "2")), 1)))
                .containsExactly("cart");

        assertThat(await(PLENTY, (ready, total) -> progress.add(ready * 10 + total), cart)
                        .outcome())
                .isEqualTo(Outcome.READY);
        assertThat(progress).last().isEqualTo(11);
        assertThat(TestWorkloads.running(cluster, cart))
                .containsExactly(image("cart", "2").digest().get());
    }

    @Test
    void B23_shouldPatchACronJobAndMakeAJobAgain() throws Exception {
        Service nightly = service("nightly", new Workload(Workload.Kind.CRON_JOB, "nightly", ""));
        Service migrate = service("migrate", new Workload(Workload.Kind.JOB, "migrate", ""));
        create(nightly.workload(), 1, image("nightly", "1").toString());
        create(migrate.workload(), 1, image("migrate", "1").toString());
        String uid = read(migrate).getMetadata().getUid();
        Wanted wanted = Wanted.proven(Map.of(nightly, image("nightly", "2"), migrate, image("migrate", "2")), 3);
        assertThat(cluster.install(wanted)).containsExactly("migrate", "nightly");
        assertThat(specImage(nightly)).isEqualTo(image("nightly", "2").toString());
        assertThat(specImage(migrate)).isEqualTo(image("migrate", "2").toString());
        assertThat(read(migrate).getMetadata().getUid()).isNotEqualTo(uid);
        assertThat(cluster.awaitRollouts(wanted, Set.of(), PLENTY, Progress.NONE)
                        .outcome())
                .isEqualTo(Outcome.READY);
        assertThat(cluster.install(wanted)).isEmpty();
        assertThat(client.batch().v1().jobs().inNamespace(namespace).list().getItems())
                .as("no probe is left")
                .hasSize(1);
    }

    @Test
    void shouldTellTheRunningDigestsOfManyServices() throws Exception {
        List<Service> services = IntStream.range(0, 7)
                .mapToObj(i -> create("s" + i, image("s" + i, "1").toString()))
                .toList();
        assertThat(await(services.toArray(Service[]::new)).outcome()).isEqualTo(Outcome.READY);
        Map<Service, ImageReference> images = new LinkedHashMap<>();
        services.forEach(s -> images.put(s, image(s.name(), "1")));
        assertThat(cluster.standings(images)).hasSize(7).allSatisfy((name, standing) -> {
            assertThat(standing.state()).isEqualTo(State.RUNS);
            assertThat(standing.running())
                    .containsExactly(image(name, "1").digest().get());
        });
    }

    @ParameterizedTest
    @MethodSource("io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads#kindsOfPods")
    void shouldBlameAnImageThatCannotBePulled(Workload.Kind kind) throws Exception {
        Service cart = service("cart", new Workload(kind, "cart", ""));
        create(cart.workload(), 1, image("cart", "1").toString());
        Service pay = create("pay", image("pay", "1").toString());
        await(cart, pay);
        behaviours.put(image("cart", "2").toString(), PodBehaviour.IMAGE_PULL_BACK_OFF);
        cluster.install(Wanted.proven(Map.of(cart, image("cart", "2")), 1));
        Rollout rollout = await(cart, pay);
        assertThat(rollout.outcome()).isEqualTo(Outcome.BLOCKED);
        assertThat(rollout.blocker()).hasValueSatisfying(b -> {
            assertThat(b.service()).isEqualTo("cart");
            assertThat(b.reason()).isIn("ErrImagePull", "ImagePullBackOff");
            assertThat(b.pod()).startsWith("cart-");
            assertThat(b.message()).contains(image("cart", "2").toString());
        });
    }

    @Test
    void shouldBlameAContainerThatCrashesAgainAndAgain() throws Exception {
        Service cart = create("cart", image("cart", "1").toString());
        await(cart);
        behaviours.put(image("cart", "2").toString(), PodBehaviour.CRASH_LOOP);
        cluster.install(Wanted.proven(Map.of(cart, image("cart", "2")), 1));
        Rollout rollout = await(cart);
        assertThat(rollout.outcome()).isEqualTo(Outcome.BLOCKED);
        assertThat(rollout.blocker()).hasValueSatisfying(b -> {
            assertThat(b.reason()).isEqualTo("CrashLoopBackOff");
            assertThat(b.message()).contains("exit code 1");
        });
        assertThat(TestWorkloads.running(cluster, cart))
                .as("the old pod stays until a new one is ready")
                .containsExactly(image("cart", "1").digest().get());
    }

    @Test
    void shouldTimeOutOnAPodThatNeverBecomesReadyAndBlameNobody() throws Exception {
        Service cart = create("cart", image("cart", "1").toString());
        await(cart);
        behaviours.put(image("cart", "2").toString(), PodBehaviour.NEVER_READY);
        cluster.install(Wanted.proven(Map.of(cart, image("cart", "2")), 1));
        Rollout rollout = await(Duration.ofSeconds(1), Progress.NONE, cart);
        assertThat(rollout.outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(rollout.blocker())
                .hasValueSatisfying(b -> assertThat(b.service()).isEqualTo("cart"));
    }

    @Test
    void I4_shouldBlameNobodyForTheDeploymentsOwnDeadline() throws Exception {
        Service cart = deployment("cart");
        Deployment impatient = (Deployment) TestWorkloads.workload(
                namespace, cart.workload(), 1, Map.of("main", image("cart", "1").toString()));
        impatient.getSpec().setProgressDeadlineSeconds(1);
        client.resource(impatient).create();
        await(cart);
        behaviours.put(image("cart", "2").toString(), PodBehaviour.NEVER_READY);
        install(cart, "2");
        Rollout rollout = await(Duration.ofSeconds(3), Progress.NONE, cart);
        assertThat(rollout.outcome()).isEqualTo(Outcome.TIMED_OUT);
        assertThat(rollout.blocker()).hasValueSatisfying(b -> {
            assertThat(b.reason()).isEqualTo("ProgressDeadlineExceeded");
            assertThat(b.fault()).isEqualTo(Fault.UNKNOWN);
        });
    }

    @Test
    void I4_shouldNotBlameTheNewImageForAnOldPodThatCrashes() throws Exception {
        behaviours.put(image("cart", "1").toString(), PodBehaviour.CRASH_LOOP);
        Service cart = create("cart", image("cart", "1").toString());
        assertThat(await(cart).outcome()).isEqualTo(Outcome.BLOCKED);
        cluster.install(Wanted.proven(Map.of(cart, image("cart", "2")), 1));
        assertThat(await(cart).outcome()).isEqualTo(Outcome.READY);
    }

    @Test
    void shouldWriteUnderItsOwnFieldManagerAndKeepOthersAnnotations() {
        Service cart = deployment("cart");
        Deployment annotated =
                (Deployment) TestWorkloads.workload(namespace, cart.workload(), 1, Map.of("main", "cart:1"));
        annotated.getMetadata().setAnnotations(Map.of("team", "checkout"));
        client.resource(annotated).create();
        cluster.install(Wanted.proven(Map.of(cart, image("cart", "2")), 12));
        assertThat(read(cart).getMetadata().getAnnotations())
                .containsEntry("team", "checkout")
                .containsEntry(DeployedWorkload.FENCE, "12");
        assertFieldManager(read(cart));
    }

    /** Only a real API server keeps managed fields. */
    abstract void assertFieldManager(HasMetadata workload);
}
