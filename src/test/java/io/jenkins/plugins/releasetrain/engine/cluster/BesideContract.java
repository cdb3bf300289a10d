package io.jenkins.plugins.releasetrain.engine.cluster;

import static io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads.deployment;
import static io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads.image;
import static io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPHeaderMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRule;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRuleBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteStatus;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteStatusBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.RouteParentStatusBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Progress;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.testkit.cluster.PodBehaviour;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link Cluster} does with candidates beside the baseline; run against each API server that tests know. */
abstract class BesideContract {
    private static final Duration PLENTY = Duration.ofMinutes(2);
    private static final Beside FIRST = new Beside("l1", "l1-1", Isolation.SIDE_BY_SIDE);
    private static final Beside SECOND = new Beside("l2", "l2-1", Isolation.SIDE_BY_SIDE);

    private final Map<String, PodBehaviour> behaviours = new ConcurrentHashMap<>();
    KubernetesClient client;
    String namespace;
    Cluster cluster;

    /** A new namespace in which images behave as the function says, of a cluster with the Gateway API's HTTPRoutes. */
    abstract KubernetesNamespace open(Function<String, PodBehaviour> behaviour);

    abstract void close();

    @BeforeEach
    void openNamespace() {
        KubernetesNamespace opened = open(image -> behaviours.getOrDefault(image, PodBehaviour.READY));
        client = opened.client();
        namespace = opened.name();
        cluster = new KubernetesCluster(opened, Runnable::run, Clock.systemUTC(), Sleeper.real());
    }

    @AfterEach
    void closeNamespace() {
        close();
    }

    private void create(Workload workload, int replicas, Map<String, String> images, UnaryOperator<HasMetadata> more) {
        client.resource(more.apply(TestWorkloads.workload(namespace, workload, replicas, images)))
                .create();
    }

    private void serve(String name, Map<String, String> selector, UnaryOperator<ServiceBuilder> more) {
        ServiceBuilder service = new ServiceBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withSelector(selector)
                .addNewPort()
                .withName("http")
                .withPort(80)
                .withTargetPort(new IntOrString(8080))
                .endPort()
                .endSpec();
        client.resource(more.apply(service).build()).create();
    }

    /** A Deployment of two pods with a Service. */
    Service cart() {
        Service cart = deployment("cart");
        create(cart.workload(), 2, Map.of("main", image("cart", "1").toString()), w -> w);
        serve("cart", Map.of("app", "cart"), s -> s);
        return cart;
    }

    private Deployment copyOf(Service service, Beside beside) {
        return client.apps()
                .deployments()
                .inNamespace(namespace)
                .withName(beside.name(service.workload()))
                .get();
    }

    private io.fabric8.kubernetes.api.model.Service serviceOf(Service service, Beside beside) {
        return client.services()
                .inNamespace(namespace)
                .withName(beside.name(service.workload()))
                .get();
    }

    private List<Pod> pods(Map<String, String> labels) {
        return client.pods().inNamespace(namespace).withLabels(labels).list().getItems();
    }

    Rollout await(Service... services) throws InterruptedException {
        return cluster.awaitRollouts(TestWorkloads.asked(cluster, List.of(services)), Set.of(), PLENTY, Progress.NONE);
    }

    static void eventually(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited in vain until " + what).isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    static void assertKind(Throwable thrown, FailureKind kind) {
        assertThat(thrown)
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }

    private Map<String, Long> generations() {
        Map<String, Long> generations = new LinkedHashMap<>();
        client.apps()
                .deployments()
                .inNamespace(namespace)
                .list()
                .getItems()
                .forEach(d -> generations.put(
                        d.getMetadata().getName(), d.getMetadata().getGeneration()));
        return generations;
    }

    @Test
    void shouldRunACandidateBesideTheBaselineWhichNobodyElseReaches() throws Exception {
        Service cart = cart();
        await(cart);

        cluster.putBeside(FIRST, Map.of(cart, image("cart", "2")));

        Service copy = FIRST.copy(cart);
        assertThat(await(copy).outcome()).isEqualTo(Rollout.Outcome.READY);
        assertThat(TestWorkloads.running(cluster, copy))
                .containsExactly(image("cart", "2").digest().get());
        assertThat(TestWorkloads.running(cluster, cart))
                .containsExactly(image("cart", "1").digest().get());
        assertThat(pods(Map.of("app", "cart")))
                .as("whom the baseline's Service selects")
                .hasSize(2)
                .allSatisfy(p -> assertThat(p.getSpec().getContainers().get(0).getImage())
                        .isEqualTo(image("cart", "1").toString()));
        io.fabric8.kubernetes.api.model.Service own = serviceOf(cart, FIRST);
        assertThat(pods(own.getSpec().getSelector()))
                .as("whom its own Service selects")
                .singleElement()
                .satisfies(p -> assertThat(p.getSpec().getContainers().get(0).getImage())
                        .isEqualTo(image("cart", "2").toString()));
        assertThat(own.getSpec().getPorts()).singleElement().satisfies(p -> {
            assertThat(p.getName()).isEqualTo("http");
            assertThat(p.getPort()).isEqualTo(80);
            assertThat(p.getTargetPort()).isEqualTo(new IntOrString(8080));
        });
    }

    /** In the candidate's copy, so that nothing of what production runs is touched (ADR 44). */
    @Test
    void shouldStartWhatWasThereBeforeInTheCandidatesPlaceBesideIt() throws Exception {
        Service cart = cart();
        await(cart);
        behaviours.put(image("cart", "2").toString(), PodBehaviour.CRASH_LOOP);
        cluster.putBeside(FIRST, Map.of(cart, image("cart", "2")));
        Service copy = FIRST.copy(cart);
        assertThat(await(copy).outcome()).isEqualTo(Rollout.Outcome.BLOCKED);
        Map<String, Long> before = generations();
        cluster.restart(Cluster.Wanted.proven(Map.of(copy, image("cart", "1")), 1));
        assertThat(await(copy).outcome()).isEqualTo(Rollout.Outcome.READY);
        assertThat(generations()).containsEntry("cart", before.get("cart"));
        cluster.removeBeside(Set.of("l1"), Isolation.SIDE_BY_SIDE);
        assertThat(generations()).containsOnlyKeys("cart");
    }

    @Test
    void shouldRemoveWhatALaneLeftAndNothingElse() throws Exception {
        Service cart = cart();
        cluster.putBeside(FIRST, Map.of(cart, image("cart", "2")));
        cluster.putBeside(SECOND, Map.of(cart, image("cart", "3")));
        await(cart);
        await(FIRST.copy(cart));
        await(SECOND.copy(cart));
        assertThat(cluster.lanesBeside(Isolation.SIDE_BY_SIDE)).containsExactlyInAnyOrder("l1", "l2");

        cluster.removeBeside(Set.of("l1"), Isolation.SIDE_BY_SIDE);

        assertThat(copyOf(cart, FIRST)).isNull();
        assertThat(serviceOf(cart, FIRST)).isNull();
        eventually(
                "its pods are gone",
                () -> pods(Beside.selector(FIRST.name(cart.workload()))).isEmpty());
        assertThat(await(cart).outcome()).isEqualTo(Rollout.Outcome.READY);
        assertThat(TestWorkloads.running(cluster, SECOND.copy(cart)))
                .containsExactly(image("cart", "3").digest().get());
        assertThat(cluster.lanesBeside(Isolation.SIDE_BY_SIDE)).containsExactly("l2");
        cluster.removeBeside(Set.of("l2", "l3"), Isolation.SIDE_BY_SIDE);
        cluster.removeBeside(Set.of("l2"), Isolation.SIDE_BY_SIDE);
        assertThat(cluster.lanesBeside(Isolation.SIDE_BY_SIDE)).isEmpty();
        assertThat(generations()).containsOnlyKeys("cart");
    }

    @Test
    void I8_shouldGoOnWhereItWasInterruptedAndRemoveHalfOfIt() {
        Service cart = cart();
        cluster.putBeside(FIRST, Map.of(cart, image("cart", "2")));
        client.resource(serviceOf(cart, FIRST)).delete();
        Map<String, Long> before = generations();

        cluster.putBeside(FIRST, Map.of(cart, image("cart", "2")));

        assertThat(generations()).isEqualTo(before).hasSize(2);
        assertThat(serviceOf(cart, FIRST)).isNotNull();
        client.resource(copyOf(cart, FIRST)).delete();
        assertThat(cluster.lanesBeside(Isolation.SIDE_BY_SIDE)).containsExactly("l1");
        cluster.removeBeside(Set.of("l1"), Isolation.SIDE_BY_SIDE);
        assertThat(serviceOf(cart, FIRST)).isNull();
    }

    @Test
    void shouldTakeOverWhatPodsNeedAndDropWhatOthersKnowThemBy() {
        Service cart = deployment("cart");
        create(
                cart.workload(),
                3,
                Map.of("main", image("cart", "1").toString()),
                w -> new DeploymentBuilder((Deployment) w)
                        .editMetadata()
                        .addToLabels("argocd.argoproj.io/instance", "shop")
                        .addToAnnotations("owner", "gitops")
                        .endMetadata()
                        .editSpec()
                        .withPaused(true)
                        .withProgressDeadlineSeconds(77)
                        .withMinReadySeconds(1)
                        .editTemplate()
                        .editMetadata()
                        .addToLabels(Map.of("part-of", "shop", "team", "checkout"))
                        .addToAnnotations("sidecar", "yes")
                        .endMetadata()
                        .editSpec()
                        .withServiceAccountName("shopkeeper")
                        .editFirstContainer()
                        .addNewEnv()
                        .withName("CURRENCY")
                        .withValue("EUR")
                        .endEnv()
                        .endContainer()
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build());
        serve("cart", Map.of("app", "cart"), s -> s);
        serve("everything", Map.of("part-of", "shop"), s -> s);

        cluster.putBeside(FIRST, Map.of(cart, image("cart", "2")));

        Deployment copy = copyOf(cart, FIRST);
        String name = copy.getMetadata().getName();
        assertThat(copy.getMetadata().getLabels())
                .containsOnlyKeys(
                        "release-train.jenkins.io/lane",
                        "release-train.jenkins.io/isolation",
                        "release-train.jenkins.io/candidate")
                .containsEntry("release-train.jenkins.io/isolation", "side-by-side");
        assertThat(copy.getMetadata().getAnnotations())
                .satisfiesAnyOf(a -> assertThat(a).isNull(), a -> assertThat(a).doesNotContainKey("owner"));
        assertThat(copy.getSpec().getReplicas()).isEqualTo(1);
        assertThat(copy.getSpec().getPaused()).isNotEqualTo(true);
        assertThat(copy.getSpec().getProgressDeadlineSeconds()).isEqualTo(77);
        assertThat(copy.getSpec().getTemplate().getMetadata().getLabels())
                .containsEntry("team", "checkout")
                .containsEntry("app", name)
                .containsEntry("part-of", name);
        assertThat(copy.getSpec().getTemplate().getMetadata().getAnnotations()).containsEntry("sidecar", "yes");
        assertThat(copy.getSpec().getTemplate().getSpec().getServiceAccountName())
                .isEqualTo("shopkeeper");
        assertThat(copy.getSpec().getTemplate().getSpec().getContainers().get(0).getEnv())
                .singleElement()
                .satisfies(e -> assertThat(e.getValue()).isEqualTo("EUR"));
    }

    /** It is reached by a Service of its own; where each node has the baseline on that port it would never be scheduled. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void B35_shouldWantNoPortOfItsNodeUnlessItIsOnTheNodesNetwork(boolean network) {
        Service cart = deployment("cart");
        create(
                cart.workload(),
                1,
                Map.of("main", image("cart", "1").toString()),
                w -> new DeploymentBuilder((Deployment) w)
                        .editSpec()
                        .editTemplate()
                        .editSpec()
                        .withHostNetwork(network ? true : null)
                        .editFirstContainer()
                        .addNewPort()
                        .withContainerPort(8080)
                        .withHostPort(8080)
                        .endPort()
                        .endContainer()
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build());
        serve("cart", Map.of("app", "cart"), s -> s);

        cluster.putBeside(FIRST, Map.of(cart, image("cart", "2")));

        assertThat(copyOf(cart, FIRST)
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .get(0)
                        .getPorts())
                .extracting(ContainerPort::getContainerPort, ContainerPort::getHostPort)
                .containsExactly(tuple(8080, network ? 8080 : null));
    }

    @Test
    void shouldTellTwoServicesOfOneWorkloadApart() throws Exception {
        Workload shop = new Workload(Workload.Kind.DEPLOYMENT, "shop", "");
        Map<String, String> images = new LinkedHashMap<>();
        images.put("front", image("front", "1").toString());
        images.put("back", image("back", "1").toString());
        create(shop, 1, images, w -> w);
        serve("shop", Map.of("app", "shop"), s -> s);
        Service front = service("front", new Workload(Workload.Kind.DEPLOYMENT, "shop", "front"));
        Service back = service("back", new Workload(Workload.Kind.DEPLOYMENT, "shop", "back"));

        cluster.putBeside(FIRST, Map.of(back, image("back", "2")));
        cluster.putBeside(SECOND, Map.of(front, image("front", "3"), back, image("back", "3")));

        assertThat(await(FIRST.copy(back)).outcome()).isEqualTo(Rollout.Outcome.READY);
        assertThat(cluster.installed(List.of(FIRST.copy(front), FIRST.copy(back))))
                .containsEntry("front", image("front", "1"))
                .containsEntry("back", image("back", "2"));
        assertThat(cluster.installed(List.of(SECOND.copy(front), SECOND.copy(back))))
                .containsEntry("front", image("front", "3"))
                .containsEntry("back", image("back", "3"));
        assertThat(generations()).hasSize(3);
    }

    @Test
    void shouldCopyAServiceWithoutWhatIsItsAlone() {
        Service cart = deployment("cart");
        create(cart.workload(), 1, Map.of("main", image("cart", "1").toString()), w -> w);
        serve(
                "cart",
                Map.of("app", "cart"),
                s -> s.editSpec()
                        .withType("NodePort")
                        .withSessionAffinity("ClientIP")
                        .endSpec());
        Service pay = deployment("pay");
        create(pay.workload(), 1, Map.of("main", image("pay", "1").toString()), w -> w);
        serve(
                "pay",
                Map.of("app", "pay"),
                s -> s.editSpec().withClusterIP("None").endSpec());

        cluster.putBeside(FIRST, Map.of(cart, image("cart", "2"), pay, image("pay", "2")));

        assertThat(serviceOf(cart, FIRST).getSpec().getPorts())
                .singleElement()
                .satisfies(p -> assertThat(p.getNodePort()).isNull());
        assertThat(serviceOf(cart, FIRST).getSpec().getClusterIP()).isNotEqualTo("None");
        assertThat(serviceOf(pay, FIRST).getSpec().getClusterIP()).isEqualTo("None");
    }

    @Test
    void shouldBlameACandidateThatCannotBePulled() throws Exception {
        Service cart = cart();
        behaviours.put(image("cart", "2").toString(), PodBehaviour.IMAGE_PULL_BACK_OFF);
        cluster.putBeside(FIRST, Map.of(cart, image("cart", "2")));
        Rollout rollout = await(FIRST.copy(cart));
        assertThat(rollout.outcome()).isEqualTo(Rollout.Outcome.BLOCKED);
        assertThat(rollout.blocker()).hasValueSatisfying(b -> {
            assertThat(b.service()).isEqualTo("cart");
            assertThat(b.reason()).isIn("ErrImagePull", "ImagePullBackOff");
        });
    }

    static Stream<Workload.Kind> withoutCopy() {
        return Stream.of(Workload.Kind.STATEFUL_SET, Workload.Kind.DAEMON_SET, Workload.Kind.CRON_JOB);
    }

    private void assertRefused(Service service, String... words) {
        assertThatThrownBy(() -> cluster.putBeside(FIRST, Map.of(service, image(service.name(), "2"))))
                .satisfies(e -> assertKind(e, FailureKind.INVALID_INPUT))
                .satisfies(e -> assertThat(e.getMessage()).contains(words));
        assertThat(cluster.lanesBeside(Isolation.SIDE_BY_SIDE)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("withoutCopy")
    void shouldRefuseWorkloadsWhosePodsHaveSomethingOfTheirOwn(Workload.Kind kind) {
        Service cart = service("cart", new Workload(kind, "cart", ""));
        create(cart.workload(), 1, Map.of("main", image("cart", "1").toString()), w -> w);
        serve("cart", Map.of("app", "cart"), s -> s);
        assertRefused(cart, kind.kubernetesName() + " cart", "only a Deployment", "REPLACE");
    }

    @Test
    void B34_shouldRefuseWhereANetworkPolicyWouldNotKnowTheCandidate() {
        Service cart = deployment("cart");
        create(cart.workload(), 1, Map.of("main", image("cart", "1").toString()), w -> w);
        serve("cart", Map.of("app", "cart"), s -> s);
        policy("all-may", Map.of(), Map.of("team", "money"));
        cluster.putBeside(FIRST, Map.of(cart, image("cart", "2")));
        cluster.removeBeside(Set.of(FIRST.lane()), Isolation.SIDE_BY_SIDE);
        policy("pay-from-cart", Map.of("app", "pay"), Map.of("app", "cart"));
        assertRefused(cart, "NetworkPolicy pay-from-cart", "Deployment cart", "REPLACE");
    }

    @Test
    void B34_shouldRefuseWhereANetworkPolicyIsForAllButTheBaseline() {
        Service cart = deployment("cart");
        create(cart.workload(), 1, Map.of("main", image("cart", "1").toString()), w -> w);
        serve("cart", Map.of("app", "cart"), s -> s);
        LabelSelector others = new LabelSelectorBuilder()
                .addNewMatchExpression()
                .withKey("app")
                .withOperator("NotIn")
                .withValues("cart")
                .endMatchExpression()
                .build();
        client.resource(new NetworkPolicyBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName("none-may")
                        .endMetadata()
                        .withNewSpec()
                        .withPodSelector(others)
                        .withPolicyTypes("Ingress")
                        .endSpec()
                        .build())
                .create();
        assertRefused(cart, "NetworkPolicy none-may", "Deployment cart", "REPLACE");
    }

    @Test
    void B34_shouldNotMindPeersInOtherNamespaces() {
        Service cart = deployment("cart");
        create(cart.workload(), 1, Map.of("main", image("cart", "1").toString()), w -> w);
        serve("cart", Map.of("app", "cart"), s -> s);
        client.resource(new NetworkPolicyBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName("from-elsewhere")
                        .endMetadata()
                        .withNewSpec()
                        .withNewPodSelector()
                        .endPodSelector()
                        .addNewIngress()
                        .addNewFrom()
                        .withNewPodSelector()
                        .addToMatchLabels("app", "cart")
                        .endPodSelector()
                        .withNewNamespaceSelector()
                        .addToMatchLabels("kubernetes.io/metadata.name", "elsewhere")
                        .endNamespaceSelector()
                        .endFrom()
                        .endIngress()
                        .endSpec()
                        .build())
                .create();
        cluster.putBeside(FIRST, Map.of(cart, image("cart", "2")));
        assertThat(copyOf(cart, FIRST)).isNotNull();
    }

    private void policy(String name, Map<String, String> pods, Map<String, String> from) {
        client.resource(new NetworkPolicyBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withNewPodSelector()
                        .withMatchLabels(pods)
                        .endPodSelector()
                        .addNewIngress()
                        .addNewFrom()
                        .withNewPodSelector()
                        .withMatchLabels(from)
                        .endPodSelector()
                        .endFrom()
                        .endIngress()
                        .endSpec()
                        .build())
                .create();
    }

    @Test
    void shouldRefuseToWriteToAVolumeTogetherButNotToRead() {
        Service cart = withVolume("cart", false);
        assertRefused(cart, "Deployment cart in namespace " + namespace, "volume claim cart-data", "read-only");
        Service pay = withVolume("pay", true);
        cluster.putBeside(FIRST, Map.of(pay, image("pay", "2")));
        assertThat(copyOf(pay, FIRST)).isNotNull();
    }

    private Service withVolume(String name, boolean readOnly) {
        Service service = deployment(name);
        create(
                service.workload(),
                1,
                Map.of("main", image(name, "1").toString()),
                w -> new DeploymentBuilder((Deployment) w)
                        .editSpec()
                        .editTemplate()
                        .editSpec()
                        .addNewVolume()
                        .withName("data")
                        .withNewPersistentVolumeClaim(name + "-data", readOnly)
                        .endVolume()
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build());
        serve(name, Map.of("app", name), s -> s);
        return service;
    }

    @Test
    void shouldRefuseWhatNobodyCouldReach() {
        Service cart = deployment("cart");
        create(cart.workload(), 1, Map.of("main", image("cart", "1").toString()), w -> w);
        serve("elsewhere", Map.of("app", "other"), s -> s);
        serve("external", null, s -> s);
        assertRefused(cart, "No Service selects the pods of Deployment cart", namespace);
        serve("one", Map.of("app", "cart"), s -> s);
        serve("two", Map.of("app", "cart"), s -> s);
        assertRefused(cart, "Services one, two all select the pods of Deployment cart");
    }

    @Test
    void I1_shouldRefuseAnImageWithoutDigest() {
        Service cart = cart();
        assertThatThrownBy(() -> cluster.putBeside(FIRST, Map.of(cart, ImageReference.parse("a.example/b:1"))))
                .satisfies(e -> assertKind(e, FailureKind.INVALID_INPUT))
                .hasMessageContaining("digest");
    }

    @Test
    void shouldNotTakeAStrangersObjectForItsOwn() {
        Service cart = cart();
        create(FIRST.copy(cart).workload(), 1, Map.of("main", image("cart", "1").toString()), w -> w);
        assertThatThrownBy(() -> cluster.putBeside(FIRST, Map.of(cart, image("cart", "2"))))
                .satisfies(e -> assertKind(e, FailureKind.CONFLICT))
                .hasMessageContaining(FIRST.name(cart.workload()));
        cluster.removeBeside(Set.of("l1"), Isolation.SIDE_BY_SIDE);
        assertThat(copyOf(cart, FIRST)).as("the stranger's").isNotNull();
    }

    private static final Beside ROUTED = new Beside("l3", "l3-1", Isolation.HEADER);

    private void route(String name, HTTPRouteRule... rules) {
        client.resource(new HTTPRouteBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .addNewParentRef()
                        .withName("front-door")
                        .withNamespace("infra")
                        .endParentRef()
                        .withHostnames("shop.example")
                        .withRules(rules)
                        .endSpec()
                        .build())
                .create();
    }

    private static HTTPRouteRuleBuilder to(String... services) {
        HTTPRouteRuleBuilder rule = new HTTPRouteRuleBuilder();
        for (String service : services) {
            rule.addNewBackendRef()
                    .withName(service)
                    .withPort(80)
                    .withWeight(50)
                    .endBackendRef();
        }
        return rule;
    }

    private List<HTTPRoute> routesOf(Beside beside) {
        return client
                .resources(HTTPRoute.class)
                .inNamespace(namespace)
                .withLabel(Beside.LANE, beside.lane())
                .list()
                .getItems()
                .stream()
                .sorted(Comparator.comparing(r -> r.getMetadata().getName()))
                .toList();
    }

    @Test
    void shouldLeadRequestsWithTheLanesBaggageToTheCandidate() {
        Service cart = cart();
        route(
                "shop",
                to("cart", "cart-canary")
                        .addNewMatch()
                        .withNewPath("PathPrefix", "/cart")
                        .withMethod("GET")
                        .addNewHeader("beta", "Exact", "yes")
                        .endMatch()
                        .addNewMatch()
                        .withNewPath("PathPrefix", "/basket")
                        .endMatch()
                        .build(),
                to("pay").build());
        route("whole", to("cart").build());
        route("other", to("pay").build());

        cluster.putBeside(ROUTED, Map.of(cart, image("cart", "2")));
        cluster.putBeside(ROUTED, Map.of(cart, image("cart", "2")));

        List<HTTPRoute> routes = routesOf(ROUTED);
        assertThat(routes).hasSize(2);
        HTTPRoute shop = routes.get(0);
        assertThat(shop.getMetadata().getName()).isEqualTo(ROUTED.name(cart.workload()));
        assertThat(shop.getSpec().getHostnames()).containsExactly("shop.example");
        assertThat(shop.getSpec().getParentRefs()).singleElement().satisfies(p -> {
            assertThat(p.getName()).isEqualTo("front-door");
            assertThat(p.getNamespace()).isEqualTo("infra");
        });
        HTTPRouteRule rule = shop.getSpec().getRules().get(0);
        assertThat(shop.getSpec().getRules()).as("not that of pay").hasSize(1);
        assertThat(rule.getBackendRefs()).singleElement().satisfies(b -> {
            assertThat(b.getName()).isEqualTo(ROUTED.name(cart.workload()));
            assertThat(b.getPort()).isEqualTo(80);
            assertThat(b.getWeight()).isIn(null, 1);
        });
        assertThat(rule.getMatches()).hasSize(2).allSatisfy(m -> assertBaggage(m, "l3-1"));
        assertThat(rule.getMatches().get(0).getPath().getValue()).isEqualTo("/cart");
        assertThat(rule.getMatches().get(0).getMethod()).isEqualTo("GET");
        assertThat(rule.getMatches().get(0).getHeaders())
                .extracting(HTTPHeaderMatch::getName)
                .containsExactly("beta", "baggage");
        assertThat(routes.get(1).getSpec().getRules().get(0).getMatches())
                .as("of a rule that matches everything")
                .singleElement()
                .satisfies(m -> assertBaggage(m, "l3-1"));
    }

    private static void assertBaggage(HTTPRouteMatch match, String tenant) {
        HTTPHeaderMatch header = match.getHeaders().get(match.getHeaders().size() - 1);
        assertThat(header.getName()).isEqualTo("baggage");
        assertThat(header.getType()).isEqualTo("RegularExpression");
        Pattern value = Pattern.compile(header.getValue());
        String own = "release-tenant=" + tenant;
        for (String baggage : List.of(own, "a=b," + own, "a=b, " + own + ",c=d", own + ";p=1, c=d")) {
            assertThat(baggage).as("as a whole").matches(value);
            assertThat(value.matcher(baggage).find())
                    .as("by a search for " + baggage)
                    .isTrue();
        }
        for (String baggage : List.of("", own + "0", "not-" + own, own.replace("3-", "3x"))) {
            assertThat(value.matcher(baggage).find())
                    .as("by a search for " + baggage)
                    .isFalse();
        }
    }

    @Test
    void shouldRemoveRoutesTooAndFindALaneByThem() {
        Service cart = cart();
        route("shop", to("cart").build());
        cluster.putBeside(ROUTED, Map.of(cart, image("cart", "2")));
        client.resource(copyOf(cart, ROUTED)).delete();
        client.resource(serviceOf(cart, ROUTED)).delete();
        assertThat(cluster.lanesBeside(Isolation.HEADER)).containsExactly("l3");

        cluster.removeBeside(Set.of("l3"), Isolation.HEADER);

        assertThat(routesOf(ROUTED)).isEmpty();
        assertThat(client.resources(HTTPRoute.class)
                        .inNamespace(namespace)
                        .withName("shop")
                        .get())
                .isNotNull();
    }

    @Test
    void shouldRefuseAHeaderThatLeadsNowhereBeforeAnythingIsMade() {
        Service cart = cart();
        route("shop", to("pay").build());
        assertThatThrownBy(() -> cluster.putBeside(ROUTED, Map.of(cart, image("cart", "2"))))
                .satisfies(e -> assertKind(e, FailureKind.INVALID_INPUT))
                .hasMessageContaining("No HTTPRoute in namespace " + namespace + " sends to Service cart")
                .hasMessageContaining("SIDE_BY_SIDE");
        assertThat(cluster.lanesBeside(Isolation.HEADER)).isEmpty();
        assertThat(generations()).containsOnlyKeys("cart");
    }

    @Test
    void I1_shouldWaitUntilAGatewayAcceptedTheRoute() throws Exception {
        Service cart = cart();
        route("shop", to("cart").build());
        cluster.putBeside(ROUTED, Map.of(cart, image("cart", "2")));
        assertThat(cluster.awaitRoutes(ROUTED, Duration.ZERO))
                .hasValueSatisfying(m -> assertThat(m).contains("is not accepted by any of its gateways"));

        answer(routesOf(ROUTED).get(0), "False", "BackendNotFound");
        assertThat(cluster.awaitRoutes(ROUTED, Duration.ZERO))
                .hasValueSatisfying(m -> assertThat(m).contains("BackendNotFound, says the gateway"));
        answer(routesOf(ROUTED).get(0), "True", "ResolvedRefs");
        assertThat(cluster.awaitRoutes(ROUTED, PLENTY)).isEmpty();
    }

    @Test
    void B33_shouldWaitUntilARouteIsProgrammedWhereItsGatewaySaysSo() throws Exception {
        Service cart = cart();
        route("shop", to("cart").build());
        cluster.putBeside(ROUTED, Map.of(cart, image("cart", "2")));
        HTTPRoute copy = routesOf(ROUTED).get(0);
        Condition accepted = condition(copy, "Accepted", "True", "Accepted");
        Condition resolved = condition(copy, "ResolvedRefs", "True", "ResolvedRefs");
        answer(copy, Map.of(0, List.of(accepted, resolved, condition(copy, "Programmed", "False", "Pending"))));
        assertThat(cluster.awaitRoutes(ROUTED, Duration.ZERO))
                .hasValueSatisfying(m -> assertThat(m).contains("Pending, says the gateway"));
        answer(copy, Map.of(0, List.of(accepted, resolved, condition(copy, "Programmed", "True", "Programmed"))));
        assertThat(cluster.awaitRoutes(ROUTED, PLENTY)).isEmpty();
    }

    @Test
    void B33_shouldWaitForEveryGatewayThatLeadsToTheBaseline() throws Exception {
        Service cart = cart();
        route("shop", to("cart").build());
        HTTPRoute original = client.resources(HTTPRoute.class)
                .inNamespace(namespace)
                .withName("shop")
                .get();
        client.resource(new HTTPRouteBuilder(original)
                        .editSpec()
                        .addNewParentRef()
                        .withName("internal")
                        .endParentRef()
                        .addNewParentRef()
                        .withName("of-nobody")
                        .endParentRef()
                        .endSpec()
                        .build())
                .update();
        cluster.putBeside(ROUTED, Map.of(cart, image("cart", "2")));
        original = client.resources(HTTPRoute.class)
                .inNamespace(namespace)
                .withName("shop")
                .get();
        answer(original, Map.of(0, taken(original), 1, taken(original)));
        HTTPRoute copy = routesOf(ROUTED).get(0);
        answer(copy, Map.of(0, taken(copy)));
        assertThat(cluster.awaitRoutes(ROUTED, Duration.ZERO))
                .hasValueSatisfying(m -> assertThat(m).contains("is not accepted by gateway internal"));
        answer(copy, Map.of(0, taken(copy), 1, taken(copy)));
        assertThat(cluster.awaitRoutes(ROUTED, PLENTY)).isEmpty();
    }

    private static List<Condition> taken(HTTPRoute route) {
        return List.of(
                condition(route, "Accepted", "True", "Accepted"),
                condition(route, "ResolvedRefs", "True", "ResolvedRefs"));
    }

    private void answer(HTTPRoute route, String resolved, String reason) {
        answer(
                route,
                Map.of(
                        0,
                        List.of(
                                condition(route, "Accepted", "True", "Accepted"),
                                condition(route, "ResolvedRefs", resolved, reason))));
    }

    /**
     * As a gateway's controller does; JSON patch, since the mock's merge patch adds to lists.
     *
     * @param byParent by the place of the parent in the route
     */
    private void answer(HTTPRoute route, Map<Integer, List<Condition>> byParent) {
        HTTPRouteStatus status = new HTTPRouteStatusBuilder()
                .withParents(byParent.entrySet().stream()
                        .map(e -> new RouteParentStatusBuilder()
                                .withControllerName("test.example/gateway")
                                .withParentRef(route.getSpec().getParentRefs().get(e.getKey()))
                                .withConditions(e.getValue())
                                .build())
                        .toList())
                .build();
        client.resource(route)
                .subresource("status")
                .patch(
                        PatchContext.of(PatchType.JSON),
                        client.getKubernetesSerialization()
                                .asJson(List.of(Map.of("op", "add", "path", "/status", "value", status))));
    }

    private static Condition condition(HTTPRoute route, String type, String status, String reason) {
        return new ConditionBuilder()
                .withType(type)
                .withStatus(status)
                .withReason(reason)
                .withMessage("says the gateway")
                .withLastTransitionTime("2026-11-23T10:00:00Z")
                .withObservedGeneration(route.getMetadata().getGeneration())
                .build();
    }
}
