package io.jenkins.plugins.releasetrain.engine.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Containers of Kubernetes objects that have a pod template, with their images.
 *
 * @param workload kind and name, as in {@code Deployment/cart}
 * @param role what the container is in its pod
 * @param stays whether the workload is there from one release to the next; what is run once and cleared away is not
 * @param podTemplate of the workload
 */
record DeployedImages(
        String apiVersion,
        String kind,
        String name,
        String workload,
        String container,
        Role role,
        Image image,
        boolean stays,
        JsonNode podTemplate) {
    enum Role {
        CONTAINER,
        INIT
    }

    /** Where pod templates are; other kinds are tried at the first of these, as Argo Rollouts has it. */
    private static final String TEMPLATE = "/spec/template";

    private static final Map<String, String> TEMPLATES =
            Map.of("CronJob", "/spec/jobTemplate/spec/template", "Job", TEMPLATE);

    /** What the others make, or what runs no image for long. */
    private static final Set<String> MADE = Set.of("ReplicaSet", "ReplicationController", "ControllerRevision");

    /** @param repository with its host; {@code docker.io} where the reference names none */
    record Image(String reference, String host, String repository, String tag) {
        private static final Set<String> PUBLIC = Set.of(
                "docker.io",
                "quay.io",
                "ghcr.io",
                "gcr.io",
                "registry.k8s.io",
                "k8s.gcr.io",
                "mcr.microsoft.com",
                "public.ecr.aws",
                "registry.gitlab.com");

        static Image of(String reference) {
            String rest = reference.replaceFirst("@.*$", "");
            int slash = rest.indexOf('/');
            String first = slash < 0 ? "" : rest.substring(0, slash);
            boolean hosted = first.contains(".") || first.contains(":") || first.equals("localhost");
            String host = hosted ? first.toLowerCase(Locale.ROOT) : "docker.io";
            String path = hosted ? rest.substring(slash + 1) : rest;
            int colon = path.lastIndexOf(':');
            String repository = colon < 0 ? path : path.substring(0, colon);
            boolean library = !hosted && slash < 0;
            return new Image(
                    reference,
                    host,
                    library ? "library/" + repository : repository,
                    colon < 0 ? "" : path.substring(colon + 1));
        }

        /** Whose it is, as far as its name tells: the host, and on a public one the first part of the path. */
        String owner() {
            int slash = repository.indexOf('/');
            boolean shared = PUBLIC.contains(host) || host.endsWith("-docker.pkg.dev");
            return shared && slash > 0 ? host + "/" + repository.substring(0, slash) : host;
        }

        String full() {
            return host + "/" + repository;
        }
    }

    /** All of an object; none where it has no pod template. */
    static List<DeployedImages> of(JsonNode object) {
        String kind = object.path("kind").asText();
        JsonNode template = object.at(TEMPLATES.getOrDefault(kind, TEMPLATE));
        JsonNode spec = template.path("spec");
        List<DeployedImages> images = new ArrayList<>();
        boolean owned = object.at("/metadata/ownerReferences").size() > 0;
        if (!MADE.contains(kind) && !owned && spec.path("containers").isArray()) {
            spec.path("initContainers").forEach(c -> add(images, object, c, Role.INIT, template));
            spec.path("containers").forEach(c -> add(images, object, c, Role.CONTAINER, template));
        }
        return images;
    }

    /** Not what Helm runs between two releases, nor a Job that clears itself away. */
    private static boolean stays(JsonNode object) {
        return object.at("/metadata/annotations").path("helm.sh/hook").isMissingNode()
                && object.at("/spec/ttlSecondsAfterFinished").isMissingNode()
                && !object.at("/metadata/name").asText().isEmpty();
    }

    private static void add(
            List<DeployedImages> images, JsonNode object, JsonNode container, Role role, JsonNode template) {
        String kind = object.path("kind").asText();
        String name = object.at("/metadata/name").asText();
        if (!container.path("image").asText().isBlank()) {
            images.add(new DeployedImages(
                    object.path("apiVersion").asText(),
                    kind,
                    name,
                    kind + "/" + name,
                    container.path("name").asText(),
                    role,
                    Image.of(container.path("image").asText().strip()),
                    stays(object),
                    template));
        }
    }
}
