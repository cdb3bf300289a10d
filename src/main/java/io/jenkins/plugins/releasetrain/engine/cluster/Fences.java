package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.Arrays;
import java.util.stream.LongStream;

/** The tokens that lock holders left on workloads. */
public final class Fences {
    private Fences() {}

    /** 0 where there is none. Kinds that the account may not list are passed over: it never changed any. */
    public static long highest(KubernetesNamespace environment) {
        NamespaceReader reader = new NamespaceReader(environment);
        return Arrays.stream(Workload.Kind.values())
                .flatMapToLong(kind -> tokens(reader, kind))
                .max()
                .orElse(0);
    }

    private static LongStream tokens(NamespaceReader reader, Workload.Kind kind) {
        try {
            return reader.all(DeployedWorkload.type(kind), new LabelSelector()).stream()
                    .mapToLong(resource -> DeployedWorkload.of(resource).fence());
        } catch (EngineException e) {
            if (e.kind() == FailureKind.FORBIDDEN || e.kind() == FailureKind.NOT_FOUND) {
                return LongStream.empty();
            }
            throw e;
        }
    }
}
