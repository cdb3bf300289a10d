package io.jenkins.plugins.releasetrain.engine.cluster;

import static io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads.image;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.jenkins.plugins.releasetrain.engine.catalog.CatalogReader;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Progress;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Standing;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Standing.State;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Wanted;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Kinds of workloads beside those that roll out by themselves everywhere; nobody plays their controllers here. */
class WorkloadKindsTest {
    private static final String OLD = image("cart", "1").toString();
    private static final String NEW = image("cart", "2").toString();
    private static final String DEFAULTS =
            "defaults: {dev: \"shop/{service}\", production: \"shop/{service}\"}\nservices:\n  ";

    private final EmbeddedKubernetes kubernetes = EmbeddedKubernetes.start();
    private Cluster cluster;

    @BeforeEach
    void start() {
        kubernetes.createNamespace("staging");
        cluster = new KubernetesCluster(
                new KubernetesNamespace(kubernetes.client(), "staging"),
                Runnable::run,
                Clock.systemUTC(),
                Sleeper.real());
    }

    @AfterEach
    void stop() {
        kubernetes.close();
    }

    private static Service service(String catalog) {
        return new CatalogReader().read(catalog).service("cart");
    }

    private static Wanted wanted(Service service) {
        return Wanted.proven(Map.of(service, image("cart", "2")), 1);
    }

    private void create(Workload.Kind kind, String name) {
        kubernetes
                .client()
                .resource(TestWorkloads.workload("staging", new Workload(kind, name, ""), 1, Map.of("main", OLD)))
                .create();
    }

    private DeployedWorkload read(Workload.Kind kind, String name) {
        return new NamespaceReader(new KubernetesNamespace(kubernetes.client(), "staging"))
                .workload(kind, name)
                .orElseThrow();
    }

    private Standing standing(Service service) {
        return cluster.standings(Map.of(service, image("cart", "2"))).get("cart");
    }

    @Test
    void B23_aCronJobGetsTheImageAndNothingIsWaitedFor() throws Exception {
        create(Workload.Kind.CRON_JOB, "cart");
        Service cart = service(DEFAULTS + "cart: {workload: CronJob/cart}");
        assertThat(cluster.unprovable(List.of(cart))).isEmpty();
        assertThat(cluster.install(wanted(cart))).containsExactly("cart");
        DeployedWorkload patched = read(Workload.Kind.CRON_JOB, "cart");
        assertThat(patched.containers().get(0).getImage()).isEqualTo(NEW);
        assertThat(patched.fence()).isEqualTo(1);
        Rollout rollout = cluster.awaitRollouts(wanted(cart), Set.of(), Duration.ofMinutes(1), Progress.NONE);
        assertThat(rollout.outcome()).isEqualTo(Rollout.Outcome.READY);
        assertThat(rollout.standings().get("cart").why())
                .as("told so")
                .contains("CronJob cart in namespace staging", "next run", "nothing is waited for");
        assertThat(cluster.install(wanted(cart))).isEmpty();
    }

    @Test
    void B23_aJobIsMadeAgainSinceItsTemplateCannotBeChanged() {
        create(Workload.Kind.JOB, "migrate");
        kubernetes
                .client()
                .batch()
                .v1()
                .jobs()
                .inNamespace("staging")
                .withName("migrate")
                .edit(job -> {
                    job.getMetadata().setLabels(Map.of("team", "money", "batch.kubernetes.io/controller-uid", "1"));
                    job.getMetadata().setAnnotations(Map.of("owner", "cart"));
                    return job;
                });
        String before = uid("migrate");
        Service cart = service(DEFAULTS + "cart: {workload: Job/migrate}");
        assertThat(cluster.install(wanted(cart))).containsExactly("cart");
        Job again = (Job) read(Workload.Kind.JOB, "migrate").resource();
        assertThat(again.getMetadata().getUid()).isNotEqualTo(before);
        assertThat(again.getMetadata().getLabels()).containsExactly(Map.entry("team", "money"));
        assertThat(again.getMetadata().getAnnotations())
                .containsEntry("owner", "cart")
                .containsEntry(DeployedWorkload.FENCE, "1");
        assertThat(read(Workload.Kind.JOB, "migrate").containers().get(0).getImage())
                .isEqualTo(NEW);
        assertThat(standing(cart).state()).isEqualTo(State.RUNS);
        String after = uid("migrate");
        assertThat(cluster.install(wanted(cart))).isEmpty();
        cluster.fence(List.of(cart), 5);
        assertThat(uid("migrate")).as("a stamp makes nothing run again").isEqualTo(after);
    }

    /** With a finalizer on it, while etcd is slow, or while a quota counts the old one still. */
    @Test
    void aJobThatGoesSlowlyIsMadeAgainAllTheSame() {
        create(Workload.Kind.JOB, "migrate");
        kubernetes.lingerAfterDelete(12);
        Service cart = service(DEFAULTS + "cart: {workload: Job/migrate}");
        Cluster patient = new KubernetesCluster(
                new KubernetesNamespace(kubernetes.client(), "staging"),
                Runnable::run,
                Clock.systemUTC(),
                duration -> {});
        assertThat(patient.install(wanted(cart))).containsExactly("cart");
        assertThat(read(Workload.Kind.JOB, "migrate").containers().get(0).getImage())
                .isEqualTo(NEW);
    }

    private String uid(String job) {
        return read(Workload.Kind.JOB, job).resource().getMetadata().getUid();
    }

    @Test
    void I3_aJobOfALaterHolderIsNotMadeAgain() {
        create(Workload.Kind.JOB, "migrate");
        Service cart = service(DEFAULTS + "cart: {workload: Job/migrate}");
        cluster.fence(List.of(cart), 7);
        assertThatThrownBy(() -> cluster.install(wanted(cart)))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.LOCK_LOST));
        assertThat(read(Workload.Kind.JOB, "migrate").containers().get(0).getImage())
                .isEqualTo(OLD);
    }

    private void generic(String yaml) {
        GenericKubernetesResource resource = Serialization.unmarshal("---\n" + yaml, GenericKubernetesResource.class);
        WorkloadKinds.of(new Workload.Kind(resource.getApiVersion(), resource.getKind(), Workload.Kind.USUAL_TEMPLATE))
                .in(kubernetes.client())
                .inNamespace("staging")
                .resource(resource)
                .create();
    }

    private static String rollout(String spec, String status) {
        return "{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: cart, namespace: staging,"
                + " generation: 1}, spec: {replicas: 1, " + spec + "selector: {matchLabels: {app: cart}},"
                + " template: {metadata: {labels: {app: cart}}, spec: {containers: [{name: main, image: '" + OLD
                + "'}]}}}, status: {" + status + "}}";
    }

    private static HasMetadata status(GenericKubernetesResource rollout, Map<String, Object> status) {
        rollout.setAdditionalProperty("status", status);
        return rollout;
    }

    private void setStatus(Workload.Kind kind, Map<String, Object> status) {
        WorkloadKinds.of(kind)
                .in(kubernetes.client())
                .inNamespace("staging")
                .withName("cart")
                .edit(r -> status((GenericKubernetesResource) r, status));
    }

    private void pod(String owner, String ownerName, Map<String, String> labels) {
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withName(ownerName + "-1")
                .withNamespace("staging")
                .withLabels(labels)
                .addNewOwnerReference()
                .withKind(owner)
                .withName(ownerName)
                .withUid("1")
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage(NEW)
                .endContainer()
                .endSpec()
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .endCondition()
                .endStatus()
                .build();
        kubernetes.client().resource(pod).create();
    }

    @Test
    void aRolloutOfArgoStandsByItsPhaseAndItsReplicaSetsPods() {
        generic(rollout("", "observedGeneration: '1', phase: Healthy, updatedReplicas: 1, availableReplicas: 1"));
        Service cart = service(DEFAULTS + "cart: {workload: Rollout/cart}");
        assertThat(cluster.unprovable(List.of(cart))).isEmpty();
        assertThat(standing(cart).state()).isEqualTo(State.OTHER_DIGEST);
        assertThat(cluster.install(wanted(cart))).containsExactly("cart");
        Long generation =
                read(Workload.Kind.ROLLOUT, "cart").resource().getMetadata().getGeneration();
        setStatus(
                Workload.Kind.ROLLOUT,
                Map.of("observedGeneration", "" + generation, "phase", "Progressing", "message", "more replicas"));
        assertThat(standing(cart).why()).contains("Rollout cart", "Progressing", "more replicas");
        setStatus(
                Workload.Kind.ROLLOUT,
                Map.of(
                        "observedGeneration",
                        "" + generation,
                        "phase",
                        "Healthy",
                        "updatedReplicas",
                        1,
                        "availableReplicas",
                        1));
        pod("ReplicaSet", "cart-abc", Map.of("app", "cart", "rollouts-pod-template-hash", "abc"));
        assertThat(standing(cart).state()).isEqualTo(State.RUNS);
    }

    @Test
    void aRolloutThatWaitsForPeopleIsNotWaitedFor() {
        generic(rollout("", "observedGeneration: '1', phase: Paused, pauseConditions: [{reason: CanaryPauseStep}]"));
        Service cart = service(DEFAULTS + "cart: {workload: Rollout/cart}");
        assertThat(cluster.unprovable(List.of(cart)).get("cart")).contains("Rollout cart", "waits in a step");
    }

    /** By the analysis of a candidate before it, say: another image ends the abort. */
    @Test
    void aRolloutThatWasAbortedIsToldAndTakesTheNextCandidate() {
        generic(rollout("", "observedGeneration: '1', phase: Degraded, abort: true"));
        Service cart = service(DEFAULTS + "cart: {workload: Rollout/cart}");
        assertThat(cluster.unprovable(List.of(cart))).isEmpty();
        cluster.install(wanted(cart));
        setStatus(Workload.Kind.ROLLOUT, Map.of("observedGeneration", "9", "phase", "Degraded", "abort", true));
        assertThat(standing(cart).state()).isEqualTo(State.NOT_EXPECTED);
        assertThat(standing(cart).why()).contains("Rollout cart", "was aborted");
    }

    @Test
    void aRolloutInAPauseThatHasAnEndIsWaitedFor() {
        generic(rollout(
                "strategy: {canary: {steps: [{setWeight: 20}, {pause: {duration: 30s}}, {pause: {}}]}}, ",
                "observedGeneration: '1', phase: Paused, currentStepIndex: 1,"
                        + " pauseConditions: [{reason: CanaryPauseStep}]"));
        Service cart = service(DEFAULTS + "cart: {workload: Rollout/cart}");
        assertThat(cluster.unprovable(List.of(cart))).isEmpty();
        setStatus(
                Workload.Kind.ROLLOUT,
                Map.of(
                        "observedGeneration",
                        "1",
                        "phase",
                        "Paused",
                        "currentStepIndex",
                        2,
                        "pauseConditions",
                        List.of(Map.of("reason", "CanaryPauseStep"))));
        assertThat(cluster.unprovable(List.of(cart)).get("cart")).contains("waits in a step");
    }

    @Test
    void aRolloutThatRefersToADeploymentIsNamedBeforeAnythingIsChanged() {
        generic("{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: cart, namespace: staging},"
                + " spec: {workloadRef: {apiVersion: apps/v1, kind: Deployment, name: cart-d}}}");
        assertThatThrownBy(() -> cluster.install(wanted(service(DEFAULTS + "cart: {workload: Rollout/cart}"))))
                .hasMessageContaining("refers to Deployment cart-d");
    }

    private static final String CLONE_SETS =
            "kinds: {CloneSet: {apiVersion: apps.kruise.io/v1alpha1, template: PATH}}\n" + DEFAULTS
                    + "cart: {workload: CloneSet/cart}";

    private void cloneSet() {
        generic("{apiVersion: apps.kruise.io/v1alpha1, kind: CloneSet, metadata: {name: cart, namespace: staging},"
                + " spec: {replicas: 1, selector: {matchLabels: {app: cart}}, template: {metadata: {labels: {app:"
                + " cart}}, spec: {containers: [{name: main, image: '" + OLD + "'}]}}}}");
    }

    @Test
    void anyKindWithAPodTemplateIsKnownByItsPath() {
        cloneSet();
        Service cart = service(CLONE_SETS.replace("PATH", "spec.template"));
        assertThat(cluster.install(wanted(cart))).containsExactly("cart");
        assertThat(read(cart.workload().kind(), "cart").containers().get(0).getImage())
                .isEqualTo(NEW);
        assertThat(standing(cart).state()).as("no pod yet").isEqualTo(State.NOT_READY);
        pod("CloneSet", "cart", Map.of("app", "cart"));
        assertThat(standing(cart).state()).isEqualTo(State.RUNS);
        setStatus(cart.workload().kind(), Map.of("readyReplicas", 0));
        assertThat(standing(cart).why()).contains("0 of 1 readyReplicas");
    }

    @Test
    void badInput_aPathThatIsNoneIsNamed() {
        cloneSet();
        assertThatThrownBy(() -> cluster.install(wanted(service(CLONE_SETS.replace("PATH", "spec.pod")))))
                .hasMessageContaining("CloneSet cart in namespace staging has no pod template")
                .hasMessageContaining("spec.pod");
        assertThatThrownBy(() -> service(CLONE_SETS.replace("PATH", "'/spec/template'")))
                .hasMessageContaining("line 1, column")
                .hasMessageContaining("$.kinds.CloneSet.template: is no path");
        assertThatThrownBy(() -> service("kinds: {Deployment: {apiVersion: v1}, bad: {apiVersion: v1}, X: {}}\n"
                        + DEFAULTS + "cart: {workload: Nothing/cart}"))
                .hasMessageContaining("$.kinds.Deployment: Deployment is known")
                .hasMessageContaining("$.kinds.bad: a kind is named as Kubernetes does")
                .hasMessageContaining("$.kinds.X: 'apiVersion' is missing")
                .hasMessageContaining("Unknown kind 'Nothing'");
    }

    @Test
    void badInput_aKindThatTheAccountMayNotPatchIsNamedBeforeAnythingIsChanged() {
        create(Workload.Kind.DEPLOYMENT, "cart");
        create(Workload.Kind.CRON_JOB, "cart-nightly");
        kubernetes.deny("patch", "cronjobs");
        Service cart = service(DEFAULTS + "cart: {workloads: [Deployment/cart, CronJob/cart-nightly]}");
        assertThatThrownBy(() -> cluster.install(wanted(cart)))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.FORBIDDEN))
                .hasMessageContaining("may not patch cronjobs.batch in namespace staging; nothing was changed");
        assertThat(read(Workload.Kind.DEPLOYMENT, "cart").containers().get(0).getImage())
                .isEqualTo(OLD);
        kubernetes.allow("patch", "cronjobs");
        assertThat(cluster.install(wanted(cart))).containsExactly("cart");
    }

    @Test
    void testConnectionAsksForWhatTheConfiguredKindsNeed() {
        KubernetesNamespace staging = new KubernetesNamespace(kubernetes.client(), "staging");
        List.of("create jobs", "patch cronjobs", "delete pods", "patch daemonsets", "create services")
                .forEach(right -> kubernetes.deny(right.split(" ")[0], right.split(" ")[1]));
        assertThat(NamespaceAccess.missing(staging, Isolation.REPLACE, Set.of(Workload.Kind.DEPLOYMENT)))
                .isEmpty();
        assertThat(NamespaceAccess.missing(
                        staging,
                        Isolation.SIDE_BY_SIDE,
                        Set.of(Workload.Kind.JOB, Workload.Kind.CRON_JOB, Workload.Kind.STATEFUL_SET)))
                .containsExactly("patch cronjobs.batch", "create jobs.batch", "delete pods", "create services");
        kubernetes.deny("watch", "events");
        assertThat(NamespaceAccess.unwatched(staging, Set.of(Workload.Kind.JOB)))
                .containsExactly("watch events");
    }
}
