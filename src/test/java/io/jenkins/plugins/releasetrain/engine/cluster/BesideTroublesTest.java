package io.jenkins.plugins.releasetrain.engine.cluster;

import static io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads.deployment;
import static io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads.image;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.testkit.cluster.EmbeddedKubernetes;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Admission that is in the way of what lanes make beside the baseline, by the kind of object that is made. */
class BesideTroublesTest {
    private static final Beside FIRST = new Beside("l1", "l1-1", Isolation.SIDE_BY_SIDE);
    private static final int ALWAYS = 1_000;

    private final Map<Service, ImageReference> candidate = Map.of(deployment("cart"), image("cart", "2"));
    private EmbeddedKubernetes kubernetes;
    private Cluster cluster;

    @BeforeEach
    void start() {
        kubernetes = EmbeddedKubernetes.start();
        kubernetes.createNamespace("cd");
        ManualClock clock = new ManualClock();
        cluster = new KubernetesCluster(
                new KubernetesNamespace(kubernetes.client(), "cd"), Runnable::run, clock, clock::advance);
        Service cart = deployment("cart");
        kubernetes
                .client()
                .resource(TestWorkloads.workload(
                        "cd",
                        cart.workload(),
                        1,
                        Map.of("main", image("cart", "1").toString())))
                .create();
        kubernetes
                .client()
                .resource(new io.fabric8.kubernetes.api.model.ServiceBuilder()
                        .withNewMetadata()
                        .withNamespace("cd")
                        .withName("cart")
                        .endMetadata()
                        .withNewSpec()
                        .addToSelector("app", "cart")
                        .addNewPort()
                        .withPort(80)
                        .endPort()
                        .endSpec()
                        .build())
                .create();
    }

    @AfterEach
    void stop() {
        kubernetes.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "deployments; 403; deployments.apps \"c\" is forbidden: exceeded quota: candidates, requested: count/deployments.apps=1",
                "services; 403; services \"c\" is forbidden: exceeded quota: candidates, requested: services=1, used: services=5",
                "deployments; 500; Internal error occurred: failed calling webhook \"sign.example\": context deadline exceeded",
                "services; 500; Internal error occurred: failed calling webhook \"mesh.example\": no endpoints available",
                "services; 403; admission webhook \"names\" denied the request: there is no label 'team'",
                "deployments; 422; ValidatingAdmissionPolicy 'team' with binding 'all' denied request: there is no label 'team'"
            })
    void I4_K8_5_admissionThatKeepsACandidateOutIsTheEnvironments(String kind, int code, String why) {
        kubernetes.admitNew(kind, ALWAYS, code, why);
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> cluster.putBeside(FIRST, candidate));
        assertThat(refusal.fault()).isEqualTo(Fault.ENVIRONMENT);
        assertThat(refusal.services()).containsExactly("cart");
        assertThat(refusal).hasMessageContaining("Cannot create").hasMessageNotContaining("RBAC");
        cluster.removeBeside(Set.of("l1"), Isolation.SIDE_BY_SIDE);
        assertThat(cluster.lanesBeside(Isolation.SIDE_BY_SIDE)).isEmpty();
        kubernetes.admitNew(kind, 0, code, why);
        cluster.putBeside(FIRST, candidate);
        assertThat(cluster.lanesBeside(Isolation.SIDE_BY_SIDE)).containsExactly("l1");
    }

    @Test
    void I4_policyThatDeniesTheImageByItsNameSpeaksAgainstIt() {
        kubernetes.admitNew(
                "deployments",
                ALWAYS,
                403,
                "admission webhook \"sign\" denied the request: " + image("cart", "2") + " has no signature");
        Refusal refusal = catchThrowableOfType(Refusal.class, () -> cluster.putBeside(FIRST, candidate));
        assertThat(refusal.fault()).isEqualTo(Fault.IMAGE);
    }

    @Test
    void rightsThatTheAccountLacksAreNoRefusal() {
        kubernetes.deny("create", "deployments");
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> cluster.putBeside(FIRST, candidate))
                .isNotInstanceOf(Refusal.class)
                .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.FORBIDDEN))
                .withMessageContaining("RBAC");
    }

    /** A quota is counted anew whenever something is made, and two at once get a conflict, as nobody has the name. */
    @Test
    void quotaThatIsCountedAtTheSameMomentIsAskedAgain() {
        kubernetes.admitNew(
                "services",
                2,
                409,
                "Operation cannot be fulfilled on resourcequotas \"candidates\": the object has been modified");
        cluster.putBeside(FIRST, candidate);
        assertThat(cluster.lanesBeside(Isolation.SIDE_BY_SIDE)).containsExactly("l1");
    }
}
