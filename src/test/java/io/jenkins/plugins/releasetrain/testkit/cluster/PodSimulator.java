package io.jenkins.plugins.releasetrain.testkit.cluster;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Makes workloads roll out where no node is: decided by the image alone what becomes of a pod. Closing it reports what
 * went wrong in its threads.
 */
public final class PodSimulator implements AutoCloseable {
    private final Deque<Runnable> closing = new ArrayDeque<>();
    private final FakeKubelet kubelet;

    /**
     * @param client not closed by the simulator
     * @param behaviour by the image text of a container's spec; asked again and again, so it may change its mind for
     *     pods that are still starting
     * @param startDelay from a pod's creation to its settled status
     */
    public record Settings(
            KubernetesClient client, String namespace, Function<String, PodBehaviour> behaviour, Duration startDelay) {}

    private PodSimulator(FakeKubelet kubelet) {
        this.kubelet = kubelet;
        closing.push(kubelet::close);
    }

    /** What an image does may be another thing by now, also where it runs already. */
    public void lookAgain() {
        kubelet.lookAgain();
    }

    /** For an API without controllers ({@link EmbeddedKubernetes}): plays those of apps/v1 too, with one node. */
    public static PodSimulator withControllers(Settings settings) {
        return withControllers(settings, Optional::empty);
    }

    /**
     * @param refusal why no pod is created now, as an admission webhook that does not answer or a quota has it; asked again
     *     and again
     */
    public static PodSimulator withControllers(Settings settings, Supplier<Optional<String>> refusal) {
        PodSimulator simulator = new PodSimulator(new FakeKubelet(settings, Optional.empty()));
        simulator.closing.push(new FakeControllers(settings.client(), settings.namespace(), refusal)::close);
        return simulator;
    }

    /** For a real API server with its controller manager: adds a node, and a kubelet that runs the namespace's pods. */
    public static PodSimulator kubeletOnly(Settings settings) {
        FakeNode node = new FakeNode(settings.client());
        PodSimulator simulator = new PodSimulator(new FakeKubelet(settings, Optional.of(node.name())));
        simulator.closing.addLast(node::close);
        return simulator;
    }

    @Override
    public void close() {
        RuntimeException failure = null;
        for (Runnable close : closing) {
            try {
                close.run();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
