package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.List;

/** The kinds of workloads that there is a class for; of all others only the place of their pod template is known. */
final class WorkloadKinds {
    private static final List<WorkloadKind> KNOWN = List.of(
            new DeploymentKind(),
            new StatefulSetKind(),
            new DaemonSetKind(),
            new CronJobKind(),
            new JobKind(),
            new RolloutKind());

    private WorkloadKinds() {}

    static List<WorkloadKind> known() {
        return KNOWN;
    }

    static WorkloadKind of(Workload.Kind kind) {
        return KNOWN.stream()
                .filter(known -> known.kind().equals(kind))
                .findFirst()
                .orElseGet(() -> new TemplateKind(kind));
    }

    /** Of a known kind's resource. */
    static WorkloadKind of(HasMetadata resource) {
        return KNOWN.stream()
                .filter(known -> known.kind().kubernetesName().equals(resource.getKind())
                        && known.kind().apiVersion().equals(resource.getApiVersion()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(resource.getApiVersion() + "/" + resource.getKind()));
    }
}
