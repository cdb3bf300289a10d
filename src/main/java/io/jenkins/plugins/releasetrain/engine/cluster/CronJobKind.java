package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.Optional;

/** Its Jobs have the new image from the next one on; one that runs already ends with the old one. */
final class CronJobKind implements WorkloadKind {
    @Override
    public Workload.Kind kind() {
        return Workload.Kind.CRON_JOB;
    }

    @Override
    public Class<? extends HasMetadata> type() {
        return CronJob.class;
    }

    @Override
    public PodTemplateSpec template(HasMetadata resource) {
        return ((CronJob) resource).getSpec().getJobTemplate().getSpec().getTemplate();
    }

    @Override
    public Optional<LabelSelector> selector(HasMetadata resource) {
        return Optional.empty();
    }

    @Override
    public Long observedGeneration(HasMetadata resource) {
        return resource.getMetadata().getGeneration();
    }

    @Override
    public Optional<String> pending(HasMetadata resource) {
        return Optional.empty();
    }

    @Override
    public Optional<String> provenBySpec() {
        return Optional.of("has the image from its next run on; nothing is waited for");
    }
}
