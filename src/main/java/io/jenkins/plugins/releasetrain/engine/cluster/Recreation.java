package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** A Job that is deleted and made again with other images: the API server lets nobody change its template. */
record Recreation(
        NonNamespaceOperation<HasMetadata, KubernetesResourceList<HasMetadata>, Resource<HasMetadata>> jobs,
        Sleeper sleeper) {
    /** What is deleted may stay for a while, as long as somebody's finalizer is on it, or count for a quota. */
    private static final int ATTEMPTS = 30;

    private static final Duration PAUSE = Duration.ofSeconds(1);

    /**
     * @param annotations of the Job, added to those that it has
     * @return the new one
     */
    HasMetadata run(DeployedWorkload workload, Map<Slot, String> images, Map<String, String> annotations) {
        Job job = again((Job) workload.resource(), annotations);
        images.forEach(
                (slot, image) -> slot.in(job.getSpec().getTemplate().getSpec()).setImage(image));
        // What the API server would refuse is refused before the old one is gone.
        jobs.resource(probe(job)).dryRun(true).create();
        jobs.resource(workload.resource())
                .lockResourceVersion(workload.resource().getMetadata().getResourceVersion())
                .delete();
        EngineException cause = null;
        boolean interrupted = false;
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                // Nobody else knows what it was: who is stopped here makes it all the same.
                interrupted = interrupted || attempt > 0 && !pause();
                try {
                    return jobs.resource(job).create();
                } catch (KubernetesClientException e) {
                    cause = KubernetesFailures.translate("create " + workload + " again", e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        throw new EngineException(
                FailureKind.CONFLICT,
                cause.getMessage() + ". It was deleted to be made again with another image: create it",
                cause);
    }

    private boolean pause() {
        try {
            sleeper.sleep(PAUSE);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private static HasMetadata probe(Job job) {
        return new JobBuilder(job)
                .editMetadata()
                .withName(null)
                .withGenerateName("release-train-probe-")
                .endMetadata()
                .build();
    }

    /** Without what the Job's own controller or the API server wrote. */
    private static Job again(Job job, Map<String, String> annotations) {
        Map<String, String> all = new TreeMap<>(annotations);
        if (job.getMetadata().getAnnotations() != null) {
            job.getMetadata().getAnnotations().forEach(all::putIfAbsent);
        }
        boolean manual = Boolean.TRUE.equals(job.getSpec().getManualSelector());
        return new JobBuilder(job)
                .withMetadata(new ObjectMetaBuilder()
                        .withNamespace(job.getMetadata().getNamespace())
                        .withName(job.getMetadata().getName())
                        .withLabels(without(job.getMetadata().getLabels(), manual))
                        .withAnnotations(all)
                        .withOwnerReferences(job.getMetadata().getOwnerReferences())
                        .build())
                .withStatus(null)
                .editSpec()
                .withSelector(manual ? job.getSpec().getSelector() : null)
                .editTemplate()
                .editOrNewMetadata()
                .withLabels(
                        job.getSpec().getTemplate().getMetadata() == null
                                ? null
                                : without(
                                        job.getSpec()
                                                .getTemplate()
                                                .getMetadata()
                                                .getLabels(),
                                        manual))
                .endMetadata()
                .endTemplate()
                .endSpec()
                .build();
    }

    private static Map<String, String> without(Map<String, String> labels, boolean manual) {
        Map<String, String> kept = labels == null ? new TreeMap<>() : new TreeMap<>(labels);
        if (!manual) {
            kept.keySet().removeIf(name -> name.matches("(batch\\.kubernetes\\.io/)?(controller-uid|job-name)"));
        }
        return kept;
    }
}
