package io.jenkins.plugins.releasetrain.engine.cluster;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.util.stream.LongStream;

/** The tokens that lock holders left on workloads. */
public final class Fences {
    private Fences() {}

    /** 0 where there is none. Kinds that the account may not list are passed over: it never changed any. */
    public static long highest(KubernetesNamespace environment) {
        NamespaceReader reader = new NamespaceReader(environment);
        return WorkloadKinds.known().stream()
                .flatMapToLong(kind -> tokens(reader, kind))
                .max()
                .orElse(0);
    }

    private static LongStream tokens(NamespaceReader reader, WorkloadKind kind) {
        try {
            return reader.all(kind).stream().mapToLong(DeployedWorkload::fence);
        } catch (EngineException e) {
            if (e.kind() == FailureKind.FORBIDDEN || e.kind() == FailureKind.NOT_FOUND) {
                return LongStream.empty();
            }
            throw e;
        }
    }
}
