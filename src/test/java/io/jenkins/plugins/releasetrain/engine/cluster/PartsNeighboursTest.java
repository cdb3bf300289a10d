package io.jenkins.plugins.releasetrain.engine.cluster;

import static io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads.image;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EphemeralContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.jenkins.plugins.releasetrain.engine.catalog.CatalogReader;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Progress;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Standing.State;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Wanted;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What namespaces hold besides what a catalog's example shows. */
class PartsNeighboursTest extends SimulatedStaging {
    private static final String OLD = image("cart", "1").toString();
    private static final String NEW = image("cart", "2").toString();

    private void create(Workload.Kind kind, String name, Map<String, String> containers) {
        kubernetes
                .client()
                .resource(TestWorkloads.workload("staging", new Workload(kind, name, ""), 1, containers))
                .create();
    }

    private static Map<String, String> containers(String... namesAndImages) {
        Map<String, String> containers = new LinkedHashMap<>();
        for (int i = 0; i < namesAndImages.length; i += 2) {
            containers.put(namesAndImages[i], namesAndImages[i + 1]);
        }
        return containers;
    }

    private static Wanted wanted(Service service) {
        return Wanted.proven(Map.of(service, image("cart", "2")), 1);
    }

    private Rollout release(Service service) throws InterruptedException {
        assertThat(cluster.install(wanted(service))).containsExactly("cart");
        return cluster.awaitRollouts(wanted(service), Set.of(), Duration.ofMinutes(1), Progress.NONE);
    }

    private State state(Service service) {
        return cluster.standings(Map.of(service, image("cart", "2")))
                .get("cart")
                .state();
    }

    private PodSpec template(String deployment) {
        return kubernetes
                .client()
                .apps()
                .deployments()
                .inNamespace("staging")
                .withName(deployment)
                .require()
                .getSpec()
                .getTemplate()
                .getSpec();
    }

    private List<String> images(String deployment) {
        return template(deployment).getContainers().stream()
                .map(Container::getImage)
                .toList();
    }

    private void edit(String deployment, UnaryOperator<Deployment> change) {
        insist(() -> kubernetes
                .client()
                .apps()
                .deployments()
                .inNamespace("staging")
                .withName(deployment)
                .edit(change));
    }

    @Test
    void K8_8_oneContainerByDigestAndOneByTagAreBothItsOwn() throws Exception {
        create(
                Workload.Kind.DEPLOYMENT,
                "cart",
                containers("app", OLD, "worker", "prod.example/shop/cart:stable", "tail", "prod.example/shop/cart"));
        assertThat(release(service("cart: {}")).outcome()).isEqualTo(Rollout.Outcome.READY);
        assertThat(images("cart")).containsExactly(NEW, NEW, NEW);
        assertThat(cluster.install(wanted(service("cart: {}")))).isEmpty();
    }

    /** Whose repository has no path: that a sidecar's ends in the same word does not make it the service's. */
    @Test
    void K8_8_aSidecarWhoseRepositoryEndsInTheServicesNameIsNotItsOwn() throws Exception {
        String old = "prod.example/cart@" + image("cart", "1").digest().orElseThrow();
        String sidecar = "quay.io/meshes/cart@" + image("mesh", "7").digest().orElseThrow();
        create(
                Workload.Kind.DEPLOYMENT,
                "cart",
                containers("side", sidecar, "main", old, "migrate", "mirror.example/hub/" + old));
        Service cart = new CatalogReader().read("services: {cart: {}}").service("cart");
        ImageReference next = ImageReference.of(
                "prod.example", "cart", image("cart", "2").digest().orElseThrow());
        Wanted wanted = Wanted.proven(Map.of(cart, next), 1);
        assertThat(cluster.install(wanted)).containsExactly("cart");
        assertThat(cluster.awaitRollouts(wanted, Set.of(), Duration.ofMinutes(1), Progress.NONE)
                        .outcome())
                .isEqualTo(Rollout.Outcome.READY);
        assertThat(images("cart")).containsExactly(sidecar, next.toString(), next.toString());
    }

    /** As injectors of meshes and people who debug add them: to the pods, not to what they are made of. */
    @Test
    void whatIsInPodsAloneIsNobodysPart() throws Exception {
        create(Workload.Kind.DEPLOYMENT, "cart", containers("main", OLD));
        release(service("cart: {}"));
        Pod pod = kubernetes
                .client()
                .pods()
                .inNamespace("staging")
                .list()
                .getItems()
                .get(0);
        pod.getSpec()
                .getContainers()
                .add(new ContainerBuilder()
                        .withName("mesh")
                        .withImage("mesh/proxy:2")
                        .build());
        pod.getSpec()
                .setEphemeralContainers(List.of(new EphemeralContainerBuilder()
                        .withName("debugger")
                        .withImage(OLD)
                        .build()));
        kubernetes.client().resource(pod).update();
        assertThat(state(service("cart: {}"))).isEqualTo(State.RUNS);
    }

    /** A worker that KEDA scaled to nothing gets the image; what runs is proven by the others. */
    @Test
    void K8_2_aPartWithoutPodsIsProvenByTheOthers() throws Exception {
        create(Workload.Kind.DEPLOYMENT, "cart", containers("main", OLD));
        create(Workload.Kind.DEPLOYMENT, "cart-worker", containers("main", OLD));
        edit("cart-worker", d -> {
            d.getSpec().setReplicas(0);
            return d;
        });
        Service cart = service("cart: {workloads: [Deployment/cart, Deployment/cart-worker]}");
        assertThat(cluster.unprovable(List.of(cart))).isEmpty();
        assertThat(release(cart).outcome()).isEqualTo(Rollout.Outcome.READY);
        assertThat(images("cart-worker")).containsExactly(NEW);
        assertThat(kubernetes
                        .client()
                        .apps()
                        .deployments()
                        .inNamespace("staging")
                        .withName("cart-worker")
                        .require()
                        .getSpec()
                        .getReplicas())
                .as("how many there are is the autoscaler's")
                .isZero();
    }

    @Test
    void aPartThatReplacesNoPodByItselfIsNamedBeforeAnythingIsChanged() {
        create(Workload.Kind.DEPLOYMENT, "cart", containers("main", OLD));
        create(Workload.Kind.STATEFUL_SET, "cart-db", containers("main", OLD));
        insist(() -> kubernetes
                .client()
                .apps()
                .statefulSets()
                .inNamespace("staging")
                .withName("cart-db")
                .edit(s -> {
                    s.getSpec().setUpdateStrategy(onDelete());
                    return s;
                }));
        Service cart = service("cart: {workloads: [Deployment/cart, StatefulSet/cart-db]}");
        assertThat(cluster.unprovable(List.of(cart)).get("cart")).contains("cart-db", "OnDelete");
    }

    private static io.fabric8.kubernetes.api.model.apps.StatefulSetUpdateStrategy onDelete() {
        return new io.fabric8.kubernetes.api.model.apps.StatefulSetUpdateStrategyBuilder()
                .withType("OnDelete")
                .build();
    }

    @Test
    void B23_aSuspendedCronJobGetsTheImageAndStaysSuspended() throws Exception {
        create(Workload.Kind.DEPLOYMENT, "cart", containers("main", OLD));
        create(Workload.Kind.CRON_JOB, "cart-report", containers("main", OLD));
        insist(() -> kubernetes
                .client()
                .batch()
                .v1()
                .cronjobs()
                .inNamespace("staging")
                .withName("cart-report")
                .edit(c -> {
                    c.getSpec().setSuspend(true);
                    return c;
                }));
        Service cart = service("cart: {workloads: [Deployment/cart, CronJob/cart-report]}");
        assertThat(release(cart).outcome()).isEqualTo(Rollout.Outcome.READY);
        CronJob report = kubernetes
                .client()
                .batch()
                .v1()
                .cronjobs()
                .inNamespace("staging")
                .withName("cart-report")
                .require();
        assertThat(report.getSpec().getSuspend()).isTrue();
        assertThat(report.getSpec()
                        .getJobTemplate()
                        .getSpec()
                        .getTemplate()
                        .getSpec()
                        .getContainers()
                        .get(0)
                        .getImage())
                .isEqualTo(NEW);
    }

    @Test
    void startingPodsAnewRunsNoJobAgain() throws Exception {
        create(Workload.Kind.DEPLOYMENT, "cart", containers("main", OLD));
        create(Workload.Kind.JOB, "cart-seed", containers("main", OLD));
        Service cart = service("cart: {workloads: [Deployment/cart, Job/cart-seed]}");
        release(cart);
        String seeded = seed();
        cluster.restart(wanted(cart));
        Wanted started = cluster.restart(wanted(cart));
        assertThat(seed()).isEqualTo(seeded);
        assertThat(cluster.awaitRollouts(started, Set.of(), Duration.ofMinutes(1), Progress.NONE)
                        .outcome())
                .isEqualTo(Rollout.Outcome.READY);
    }

    private String seed() {
        return kubernetes
                .client()
                .batch()
                .v1()
                .jobs()
                .inNamespace("staging")
                .withName("cart-seed")
                .require()
                .getMetadata()
                .getUid();
    }

    /** A Job whose time to live is over is not there, so half of the service would be another. */
    @Test
    void badInput_aPartThatIsNotThereIsNamedBeforeAnythingIsChanged() {
        create(Workload.Kind.DEPLOYMENT, "cart", containers("main", OLD));
        Service cart = service("cart: {workloads: [Deployment/cart, Job/cart-seed, StatefulSet/cart-db]}");
        assertThatThrownBy(() -> cluster.install(wanted(cart)))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.NOT_FOUND))
                .hasMessageContaining("Job cart-seed")
                .hasMessageContaining("StatefulSet cart-db");
        assertThat(images("cart")).containsExactly(OLD);
    }

    @Test
    void badInput_aContainerThatIsNotThereIsNamedBeforeAnythingIsChanged() {
        create(Workload.Kind.DEPLOYMENT, "cart", containers("main", OLD));
        create(Workload.Kind.DEPLOYMENT, "cart-worker", containers("main", OLD));
        Service cart = service("cart: {workloads: [Deployment/cart, Deployment/cart-worker/app]}");
        assertThatThrownBy(() -> cluster.install(wanted(cart)))
                .hasMessageContaining("cart-worker in namespace staging has no container 'app'; it has main");
        assertThat(images("cart")).containsExactly(OLD);
    }

    /** kustomize puts a prefix before each name; the catalog names what is there. */
    @Test
    void aNameWithAPrefixIsAName() throws Exception {
        create(Workload.Kind.DEPLOYMENT, "dev-1.cart", containers("main", OLD));
        assertThatThrownBy(() -> cluster.install(wanted(service("cart: {}")))).hasMessageContaining("Deployment cart");
        assertThat(release(service("cart: {workload: Deployment/dev-1.cart}")).outcome())
                .isEqualTo(Rollout.Outcome.READY);
    }

    /** Whose own repository ends like another's is not that one's. */
    @Test
    void aRepositoryThatEndsLikeItIsAnother() throws Exception {
        String other = "prod.example/shop/super-cart:1";
        create(Workload.Kind.DEPLOYMENT, "cart", containers("main", OLD, "beside", other));
        release(service("cart: {}"));
        assertThat(images("cart")).containsExactly(NEW, other);
    }

    /** Two services of one repository whose tags begin alike. */
    @Test
    void CAT_1_tagsThatOverlapAreTwoServices() throws Exception {
        String admin = "prod.example/shop/cart:cart-admin-1";
        create(Workload.Kind.DEPLOYMENT, "cart", containers("main", "prod.example/shop/cart:cart-1"));
        create(Workload.Kind.DEPLOYMENT, "cart-admin", containers("main", admin));
        Service cart = service("cart: {productionTag: cart}\n  cart-admin: {dev: shop/cart, production: shop/cart,"
                + " productionTag: cart-admin}");
        release(cart);
        assertThat(images("cart")).containsExactly(NEW);
        assertThat(images("cart-admin")).containsExactly(admin);
    }

    /** Only one of those whose names are in the tags of one repository is in the catalog. */
    @Test
    void CAT_1_aContainerOfTheSameRepositoryWithAnotherTagThatNoCatalogNamesIsNotItsOwn() throws Exception {
        String helper = "prod.example/acme/demo:1.0-helper";
        String old = "prod.example/acme/demo:1.0-cart";
        create(Workload.Kind.DEPLOYMENT, "cart", containers("main", old, "helper", helper, "worker", old));
        Service cart = new CatalogReader()
                .read("defaults: {dev: acme/demo, production: acme/demo, productionTag: \"production-{service}\"}\n"
                        + "services: {cart: {workload: Deployment/cart/main}}")
                .service("cart");
        release(cart);
        assertThat(images("cart")).containsExactly(NEW, helper, NEW);
    }

    @Test
    void aStatefulSetAndADeploymentOfOneNameAreTwoWorkloads() throws Exception {
        create(Workload.Kind.DEPLOYMENT, "cart", containers("main", OLD));
        create(Workload.Kind.STATEFUL_SET, "cart", containers("main", OLD));
        release(service("cart: {workload: Deployment/cart}"));
        assertThat(images("cart")).containsExactly(NEW);
        StatefulSet set = kubernetes
                .client()
                .apps()
                .statefulSets()
                .inNamespace("staging")
                .withName("cart")
                .require();
        assertThat(set.getSpec().getTemplate().getSpec().getContainers().get(0).getImage())
                .isEqualTo(OLD);
    }
}
