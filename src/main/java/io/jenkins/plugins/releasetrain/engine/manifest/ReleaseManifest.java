package io.jenkins.plugins.releasetrain.engine.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * A release for other installers: every service of the set, always by digest (I1). Same release, same text.
 *
 * @param host of the production registry
 * @param elsewhere where images are that are not in production yet, by service; empty for what is released
 */
public record ReleaseManifest(
        Event.ReleaseMade release, ImageSet set, String host, Map<String, ImageReference> elsewhere) {
    public ReleaseManifest(Event.ReleaseMade release, ImageSet set, String host) {
        this(release, set, host, Map.of());
    }

    public ReleaseManifest {
        if (!release.set().equals(set.digest())) {
            throw EngineException.invalid(
                    "Release " + release.id() + " is set " + release.set() + ", not set " + set.digest());
        }
    }

    /** The forms that a manifest can be written in. */
    public enum Format {
        /** Everything that is known: release, set digest, and per service repository, digest and tag. */
        JSON,
        /** A kustomization's {@code images}: the name is the repository in the production registry. */
        KUSTOMIZE,
        /** Chart values: {@code services.NAME.image} with registry, repository, tag and digest. */
        HELM,
        /** A Compose override file: {@code services.NAME.image}. */
        COMPOSE;

        /** @throws EngineException INVALID_INPUT where there is no such format; names the possible ones */
        public static Format of(String name) {
            return Arrays.stream(values())
                    .filter(format -> format.name().toLowerCase(Locale.ROOT).equals(name))
                    .findFirst()
                    .orElseThrow(() -> EngineException.invalid(
                            "Unknown manifest format '" + name + "'; possible are json, kustomize, helm and compose"));
        }
    }

    public String as(Format format) {
        return switch (format) {
            case JSON -> json();
            case KUSTOMIZE -> yaml(kustomization());
            case HELM -> yaml(Map.of("services", services((name, image) -> Map.of("image", parts(name, image)))));
            case COMPOSE ->
                yaml(Map.of("services", services((name, image) -> Map.of("image", reference(name, image)))));
        };
    }

    private String json() {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("release", release.id());
        root.put("owner", release.owner());
        root.put("number", release.number());
        root.put("parent", release.parent());
        root.put("set", release.set().value());
        root.put("services", services((name, image) -> parts(name, image)));
        try {
            return Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Maps of texts can be written", e);
        }
    }

    private Map<String, Object> kustomization() {
        List<Object> images = new ArrayList<>();
        Map<String, String> named = new LinkedHashMap<>();
        set.images().forEach((name, image) -> {
            String first = named.putIfAbsent(image.repository(), name);
            if (first != null) {
                checkSame(first, name);
                return;
            }
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("name", host + "/" + image.repository());
            if (elsewhere.containsKey(name)) {
                entry.put("newName", host(name) + "/" + repository(name, image));
            }
            entry.put("digest", image.digest().value());
            images.add(entry);
        });
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("apiVersion", "kustomize.config.k8s.io/v1alpha1");
        root.put("kind", "Component");
        root.put("images", images);
        return root;
    }

    /** Kustomize knows images by the name of their repository: of two entries of one name the last would get all. */
    private void checkSame(String one, String other) {
        PinnedImage image = set.images().get(one);
        if (!image.digest().equals(set.images().get(other).digest())) {
            throw EngineException.invalid("Services " + one + " and " + other + " share the repository "
                    + image.repository() + " with different images, which kustomize cannot tell apart."
                    + " Use the format helm, compose or json");
        }
    }

    private Map<String, Object> services(BiFunction<String, PinnedImage, Object> value) {
        Map<String, Object> services = new LinkedHashMap<>();
        set.images().forEach((name, image) -> services.put(name, value.apply(name, image)));
        return services;
    }

    private Map<String, Object> parts(String name, PinnedImage image) {
        Map<String, Object> parts = new LinkedHashMap<>();
        parts.put("registry", host(name));
        parts.put("repository", repository(name, image));
        parts.put("tag", image.tag());
        parts.put("digest", image.digest().value());
        return parts;
    }

    private String reference(String name, PinnedImage image) {
        return host(name) + "/" + repository(name, image) + "@" + image.digest();
    }

    private String host(String name) {
        return elsewhere.containsKey(name) ? elsewhere.get(name).registry() : host;
    }

    private String repository(String name, PinnedImage image) {
        return elsewhere.containsKey(name) ? elsewhere.get(name).repository() : image.repository();
    }

    private static String yaml(Object root) {
        DumperOptions options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
        options.setWidth(Integer.MAX_VALUE);
        return new Yaml(options).dump(root);
    }
}
