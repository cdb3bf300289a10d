package io.jenkins.plugins.releasetrain.engine.model;

/**
 * Where a service runs.
 *
 * @param container the container whose image is the service's; empty where the workload has one container only
 */
public record Workload(Kind kind, String name, String container) {
    /** The workload kinds of Kubernetes' apps/v1 that roll out by themselves. */
    public enum Kind {
        DEPLOYMENT("Deployment"),
        STATEFUL_SET("StatefulSet"),
        DAEMON_SET("DaemonSet");

        private final String kubernetesName;

        Kind(String kubernetesName) {
            this.kubernetesName = kubernetesName;
        }

        public String kubernetesName() {
            return kubernetesName;
        }
    }

    @Override
    public String toString() {
        return kind.kubernetesName() + " " + name + (container.isEmpty() ? "" : ", container " + container);
    }
}
