package io.jenkins.plugins.releasetrain.engine.model;

import java.util.Comparator;
import java.util.List;

/**
 * Where a service runs.
 *
 * @param container the container whose image is the service's; empty where the workload has one container only
 */
public record Workload(Kind kind, String name, String container) {
    /**
     * A kind of workload.
     *
     * @param apiVersion as in {@code apps/v1}
     * @param kubernetesName as in {@code Deployment}; unique within a catalog
     * @param template where its pod template is: names of fields, by dots
     */
    public record Kind(String apiVersion, String kubernetesName, String template) implements Comparable<Kind> {
        public static final String USUAL_TEMPLATE = "spec.template";

        public static final Kind DEPLOYMENT = new Kind("apps/v1", "Deployment", USUAL_TEMPLATE);
        public static final Kind STATEFUL_SET = new Kind("apps/v1", "StatefulSet", USUAL_TEMPLATE);
        public static final Kind DAEMON_SET = new Kind("apps/v1", "DaemonSet", USUAL_TEMPLATE);
        public static final Kind CRON_JOB = new Kind("batch/v1", "CronJob", "spec.jobTemplate.spec.template");
        public static final Kind JOB = new Kind("batch/v1", "Job", USUAL_TEMPLATE);
        /** Argo Rollouts. */
        public static final Kind ROLLOUT = new Kind("argoproj.io/v1alpha1", "Rollout", USUAL_TEMPLATE);

        /** The kinds that a catalog need not describe. */
        public static List<Kind> known() {
            return List.of(DEPLOYMENT, STATEFUL_SET, DAEMON_SET, CRON_JOB, JOB, ROLLOUT);
        }

        @Override
        public int compareTo(Kind other) {
            return Comparator.comparing(Kind::apiVersion)
                    .thenComparing(Kind::kubernetesName)
                    .thenComparing(Kind::template)
                    .compare(this, other);
        }

        @Override
        public String toString() {
            return kubernetesName;
        }
    }

    @Override
    public String toString() {
        return kind.kubernetesName() + " " + name + (container.isEmpty() ? "" : ", container " + container);
    }
}
