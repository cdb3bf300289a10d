package io.jenkins.plugins.releasetrain.engine.cluster;

import static io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads.image;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Progress;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Standing.State;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Wanted;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** K8-8: all parts of a service get its image, or none. */
class PartsTest extends SimulatedStaging {
    private static final String OLD = image("cart", "1").toString();
    private static final String NEW = image("cart", "2").toString();

    private void create(String name, Map<String, String> containers, Container... init) {
        Deployment deployment = (Deployment)
                TestWorkloads.workload("staging", new Workload(Workload.Kind.DEPLOYMENT, name, ""), 1, containers);
        deployment.getSpec().getTemplate().getSpec().setInitContainers(List.of(init));
        kubernetes.client().resource(deployment).create();
    }

    private static Container init(String name, String image) {
        return new ContainerBuilder().withName(name).withImage(image).build();
    }

    private static Map<String, String> containers(String... namesAndImages) {
        Map<String, String> containers = new LinkedHashMap<>();
        for (int i = 0; i < namesAndImages.length; i += 2) {
            containers.put(namesAndImages[i], namesAndImages[i + 1]);
        }
        return containers;
    }

    private Rollout release(Service service) throws InterruptedException {
        Wanted wanted = Wanted.proven(Map.of(service, image("cart", "2")), 1);
        assertThat(cluster.install(wanted)).containsExactly("cart");
        Rollout rollout = cluster.awaitRollouts(wanted, Set.of(), Duration.ofMinutes(1), Progress.NONE);
        assertThat(rollout.standings().get("cart").state()).isEqualTo(State.RUNS);
        assertThat(cluster.install(wanted)).isEmpty();
        return rollout;
    }

    private Map<String, String> images(String deployment) {
        DeployedWorkload workload = DeployedWorkload.of(kubernetes
                .client()
                .apps()
                .deployments()
                .inNamespace("staging")
                .withName(deployment)
                .get());
        Map<String, String> images = new LinkedHashMap<>();
        workload.slots().values().forEach(c -> images.put(c.getName(), c.getImage()));
        return images;
    }

    @Test
    void K8_8_anInitContainerOfTheSameImageIsReleasedWithIt() throws Exception {
        create("cart", containers("main", OLD), init("migrate", OLD), init("wait", "busybox:1"));
        release(service("cart: {workload: Deployment/cart}"));
        assertThat(images("cart"))
                .containsEntry("main", NEW)
                .containsEntry("migrate", NEW)
                .containsEntry("wait", "busybox:1");
    }

    @Test
    void K8_8_soAreASecondContainerAndANativeSidecarHoweverTheCatalogNamesThem() throws Exception {
        create("cart", containers("app", OLD, "worker", "prod.example/shop/cart:1.0", "mesh", "mesh/proxy:2"));
        release(service("cart: {workload: Deployment/cart}"));
        assertThat(images("cart"))
                .containsEntry("app", NEW)
                .containsEntry("worker", NEW)
                .containsEntry("mesh", "mesh/proxy:2");
        Container sidecar = init("proxy", OLD);
        sidecar.setRestartPolicy("Always");
        create("side", containers("main", OLD), sidecar);
        release(service("cart: {workload: Deployment/side/proxy}"));
        assertThat(images("side")).containsEntry("proxy", NEW).containsEntry("main", NEW);
    }

    @Test
    void K8_8_aListNamesSeveralWorkloadsAndContainers() throws Exception {
        create("cart", containers("app", OLD, "worker", OLD));
        create("cart-worker", containers("main", OLD));
        release(service("cart: {workloads: [Deployment/cart/app, Deployment/cart/worker, Deployment/cart-worker]}"));
        assertThat(images("cart")).containsEntry("app", NEW).containsEntry("worker", NEW);
        assertThat(images("cart-worker")).containsEntry("main", NEW);
    }

    @Test
    void K8_8_aPodThatRunsTwoDigestsOfItIsAnother() {
        create("cart", containers("main", NEW), init("migrate", OLD));
        Service cart = service("cart: {}");
        assertThat(cluster.standings(Map.of(cart, image("cart", "2")))
                        .get("cart")
                        .state())
                .isEqualTo(State.OTHER_DIGEST);
    }

    @Test
    void whatAnotherServiceNamesIsNotItsOwn() throws Exception {
        create("cart", containers("app", OLD, "admin", OLD));
        release(service("cart: {workload: Deployment/cart/app}\n"
                + "  admin: {production: shop/cart, dev: shop/cart, productionTag: admin, workload:"
                + " Deployment/cart/admin}"));
        assertThat(images("cart")).containsEntry("app", NEW).containsEntry("admin", OLD);
    }

    @Test
    void CAT_1_inASharedRepositoryOnlyTheVerySameImageBelongsTogether() throws Exception {
        String tools = "registry.example/shop/cart:tools";
        create("cart", containers("main", OLD), init("migrate", OLD), init("tools", tools));
        release(service("cart: {}\n  tools: {production: shop/cart, dev: shop/cart, productionTag: tools}"));
        assertThat(images("cart")).containsEntry("migrate", NEW).containsEntry("tools", tools);
    }

    @Test
    void badInputNamesTheLineAndTheColumn() {
        assertThatThrownBy(() -> service("cart: {workload: Deployment/cart, workloads: [Deployment/x]}"))
                .hasMessageContaining("$.services.cart.workloads: say workload or workloads, not both");
        assertThatThrownBy(() -> service("cart: {workloads: [Deployment/cart, Nothing/x]}"))
                .hasMessageContaining("line 3, column 39, $.services.cart.workloads[1]");
        assertThatThrownBy(() ->
                        service("cart: {workloads: [Deployment/a, Deployment/b/x]}\n  pay: {workload: Deployment/b}"))
                .hasMessageContaining("$.services.pay.workload: Deployment/b belongs to service 'cart' already");
        assertThatThrownBy(() -> service("cart: {workloads: [Deployment/a, Deployment/a/x]}"))
                .hasMessageContaining("$.services.cart.workloads[1]: Deployment/a/x belongs to service 'cart' already");
        assertThatThrownBy(() -> service("cart: {workloads: []}")).hasMessageContaining("names no workload");
    }
}
