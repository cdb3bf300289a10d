package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Admission did not let workloads have new images, or candidates in beside them: a policy or a quota denied them, or who is asked
 * for it did not answer.
 */
public final class Refusal extends EngineException {
    private static final long serialVersionUID = 1;

    /** The account's own rights are another matter. */
    private static final Pattern ADMISSION = Pattern.compile(
            "admission webhook|denied the request|denied request|failed (to call|calling) webhook|ValidatingAdmissionPolicy|exceeded quota",
            Pattern.CASE_INSENSITIVE);

    /** Who looks at an image, as for its signature, may find that its registry has removed it. */
    private static final Pattern GONE =
            Pattern.compile("manifest unknown|not found|NAME_UNKNOWN|\\b404\\b", Pattern.CASE_INSENSITIVE);

    private final TreeSet<String> services;
    private final Fault fault;

    /** @param fault the image's where a policy denied it by name, else the environment's */
    public Refusal(String message, Collection<String> services, Fault fault) {
        super(FailureKind.FORBIDDEN, message);
        this.services = new TreeSet<>(services);
        this.fault = fault;
    }

    /** Names of the services whose images were refused. */
    public Set<String> services() {
        return Set.copyOf(services);
    }

    public Fault fault() {
        return fault;
    }

    /** All at once: only where each image is to blame for itself, images are. */
    static Refusal of(List<Refusal> all) {
        boolean images = all.stream().allMatch(r -> r.fault == Fault.IMAGE);
        return new Refusal(
                all.stream().map(Throwable::getMessage).sorted().collect(Collectors.joining("; ")),
                all.stream().flatMap(r -> r.services.stream()).toList(),
                images ? Fault.IMAGE : Fault.ENVIRONMENT);
    }

    static boolean saysItIsGone(String said) {
        return GONE.matcher(said).find();
    }

    /** What admission said; empty where something else failed. */
    static Optional<String> said(EngineException e) {
        return Optional.ofNullable(e.getCause())
                .filter(KubernetesClientException.class::isInstance)
                .map(KubernetesClientException.class::cast)
                .map(c -> c.getStatus() == null ? c.getMessage() : c.getStatus().getMessage())
                .filter(said -> ADMISSION.matcher(said).find());
    }
}
