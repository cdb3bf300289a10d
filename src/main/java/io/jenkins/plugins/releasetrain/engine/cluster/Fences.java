package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.util.stream.LongStream;

/** The tokens that lock holders left on workloads. */
public final class Fences {
    /** Of the Lease that is the environment's lock. */
    public static final String LEASE = "release-train";

    private Fences() {}

    /**
     * Whether the environment's lock never granted a token, so that the workload with it was not changed here: its manifest is
     * that of another namespace, or a backup's. Asked after the token was read, since the lock grants higher ones all the time.
     */
    static boolean isForeign(KubernetesClient client, String namespace, long token) {
        Lease lease = KubernetesFailures.translating(
                "read Lease " + LEASE + " in namespace " + namespace,
                () -> client.leases().inNamespace(namespace).withName(LEASE).get());
        Integer granted = lease == null || lease.getSpec() == null
                ? null
                : lease.getSpec().getLeaseTransitions();
        return granted != null && token > granted;
    }

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
