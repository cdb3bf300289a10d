package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.util.List;
import java.util.Optional;

/** The API server takes no other template for it ("field is immutable"), so it is deleted and made again: it runs again. */
final class JobKind implements WorkloadKind {
    @Override
    public Workload.Kind kind() {
        return Workload.Kind.JOB;
    }

    @Override
    public Class<? extends HasMetadata> type() {
        return Job.class;
    }

    @Override
    public PodTemplateSpec template(HasMetadata resource) {
        return ((Job) resource).getSpec().getTemplate();
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
        return Optional.of("is made again with the image, so it runs again; nothing is waited for");
    }

    @Override
    public boolean recreated() {
        return true;
    }

    @Override
    public List<String> rights() {
        return List.of("get", "list", "patch", "create", "delete");
    }

    @Override
    public List<String> rightsToChange() {
        return List.of("create", "delete");
    }
}
