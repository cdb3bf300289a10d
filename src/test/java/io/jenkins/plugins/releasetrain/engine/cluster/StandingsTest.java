package io.jenkins.plugins.releasetrain.engine.cluster;

import static io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads.image;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Standing.State;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StandingsTest {
    private static final String CART = image("cart", "1").toString();
    private static final Digest DIGEST = image("cart", "1").digest().orElseThrow();

    /** A webhook has the pods pulled by a mirror's tag; only their status tells what runs then. */
    @Test
    void K8_8_nativeSidecarThatIsPulledByATagIsKnownByItsStatus() {
        Deployment proxy = new DeploymentBuilder()
                .withNewMetadata()
                .withName("cart")
                .withNamespace("staging")
                .withGeneration(1L)
                .endMetadata()
                .withNewSpec()
                .withReplicas(1)
                .withNewSelector()
                .endSelector()
                .withNewTemplate()
                .withNewSpec()
                .addNewInitContainer()
                .withName("proxy")
                .withRestartPolicy("Always")
                .withImage(CART)
                .endInitContainer()
                .addNewContainer()
                .withName("main")
                .withImage("elsewhere.example/main:1")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .withNewStatus()
                .withObservedGeneration(1L)
                .withReplicas(1)
                .withUpdatedReplicas(1)
                .withAvailableReplicas(1)
                .endStatus()
                .build();
        assertThat(Standings.of(DeployedWorkload.of(proxy), Set.of("proxy"), DIGEST, List.of(pod()))
                        .state())
                .isEqualTo(State.RUNS);
    }

    private static Pod pod() {
        return new PodBuilder()
                .withNewMetadata()
                .withName("cart-1")
                .endMetadata()
                .withNewSpec()
                .addNewInitContainer()
                .withName("proxy")
                .withImage("mirror.example/shop/cart:1")
                .endInitContainer()
                .addNewContainer()
                .withName("main")
                .withImage("elsewhere.example/main:1")
                .endContainer()
                .endSpec()
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .endCondition()
                .addNewInitContainerStatus()
                .withName("proxy")
                .withImageID("mirror.example/shop/cart@" + DIGEST)
                .endInitContainerStatus()
                .endStatus()
                .build();
    }
}
