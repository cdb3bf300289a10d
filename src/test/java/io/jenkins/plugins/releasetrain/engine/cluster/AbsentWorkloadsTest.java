package io.jenkins.plugins.releasetrain.engine.cluster;

import static io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads.deployment;
import static io.jenkins.plugins.releasetrain.engine.cluster.TestWorkloads.image;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout.Outcome;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Standing.State;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Wanted;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * I14: what of one service cannot be found, since a chart left it out, a Job's time to live is over or a second container came
 * without a word in the catalog, keeps no other service from being installed, proven or looked at.
 */
class AbsentWorkloadsTest extends SimulatedStaging {
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private final Service cart = deployment("cart");
    private final Service gone = deployment("gone");
    private final Service unclear = deployment("unclear");

    private Map<Service, ImageReference> images(String version) {
        return Map.of(cart, image("cart", version), gone, image("gone", version), unclear, image("unclear", version));
    }

    private void createCartAndWhatIsUnclear() {
        create("cart", Map.of("main", image("cart", "1").toString()));
        Map<String, String> two = new LinkedHashMap<>();
        two.put("one", "one:1");
        two.put("two", "two:1");
        create("unclear", two);
    }

    private void create(String name, Map<String, String> containers) {
        kubernetes
                .client()
                .resource(TestWorkloads.workload("staging", deployment(name).workload(), 1, containers))
                .create();
    }

    @Test
    void I14_othersAreInstalledAndProven() throws Exception {
        createCartAndWhatIsUnclear();
        Wanted wanted = new Wanted(images("2"), Set.of("cart"), 1);
        List<String> patched = cluster.install(wanted);
        assertThat(patched).containsExactly("cart");
        Rollout rollout = cluster.awaitRollouts(wanted, Set.copyOf(patched), DEADLINE, Cluster.Progress.NONE);
        assertThat(rollout.outcome()).isEqualTo(Outcome.READY);
        assertThat(rollout.standings().get("cart").state()).isEqualTo(State.RUNS);
        assertThat(rollout.standings()).isEqualTo(cluster.standings(images("2")));
        assertThat(rollout.standings().get("gone").state()).isEqualTo(State.NOT_EXPECTED);
        assertThat(rollout.standings().get("gone").why()).contains("Deployment gone", "namespace staging");
        assertThat(rollout.standings().get("unclear").state()).isEqualTo(State.NOT_EXPECTED);
        assertThat(rollout.standings().get("unclear").why()).contains("several containers", "one, two");
    }

    @Test
    void I14_othersAreLookedAtAndStamped() {
        createCartAndWhatIsUnclear();
        assertThat(cluster.installed(images("2").keySet())).containsOnlyKeys("cart");
        cluster.fence(images("2").keySet(), 7);
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> cluster.install(Wanted.proven(Map.of(cart, image("cart", "2")), 6)))
                .withMessageContaining("token 7");
    }

    @Test
    void whatIsToBeProvenIsRefusedByName() {
        createCartAndWhatIsUnclear();
        assertThat(cluster.unprovable(images("2").keySet()))
                .containsOnlyKeys("gone", "unclear")
                .hasEntrySatisfying(
                        "gone", why -> assertThat(why).contains("Deployment gone", "Create what is missing"));
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> cluster.install(new Wanted(images("2"), Set.of("cart", "gone"), 1)))
                .withMessageContaining("Deployment gone");
        assertThat(cluster.installed(List.of(cart)))
                .as("nothing was changed")
                .containsEntry("cart", image("cart", "1"));
    }

    @Test
    void I14_oneThatIsDeletedWhileOthersRollOutIsNoMatter() throws Exception {
        createCartAndWhatIsUnclear();
        create("gone", Map.of("main", image("gone", "1").toString()));
        Wanted wanted = new Wanted(images("2"), Set.of("cart"), 1);
        List<String> patched = cluster.install(wanted);
        assertThat(patched).containsExactly("cart", "gone");
        kubernetes
                .client()
                .apps()
                .deployments()
                .inNamespace("staging")
                .withName("gone")
                .delete();
        Rollout rollout = cluster.awaitRollouts(wanted, Set.copyOf(patched), DEADLINE, Cluster.Progress.NONE);
        assertThat(rollout.outcome()).isEqualTo(Outcome.READY);
    }
}
