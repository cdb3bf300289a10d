package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** What the dev registry holds at one event, as the images of one change. */
public final class Snapshots {
    private final Catalog catalog;
    private final Registries registries;

    public Snapshots(Catalog catalog, Registries registries) {
        this.catalog = catalog;
        this.registries = registries;
    }

    /**
     * The images under one tag that production does not run.
     *
     * @return tags by service, to be queued as one change, which pins them
     * @throws EngineException NOT_FOUND where no service has the tag, or production runs all of them already
     */
    public Map<String, String> ofTag(String tag) {
        return of(service -> Optional.of(tag), "tag '" + tag + "'");
    }

    /**
     * The images under the newest tag, in the order of their version numbers, that matches each service's pattern.
     *
     * @param pattern of a service's tags; the whole tag has to match
     * @throws EngineException as of {@link #ofTag}
     */
    public Map<String, String> ofPattern(Function<String, Pattern> pattern) {
        return of(
                name -> newest(registries.dev().tags(catalog.service(name).devRepository()), pattern.apply(name)),
                "tag that matches its pattern");
    }

    static Optional<String> newest(List<String> tags, Pattern pattern) {
        return tags.stream().filter(tag -> pattern.matcher(tag).matches()).max(VersionOrder.INSTANCE);
    }

    private Map<String, String> of(Function<String, Optional<String>> tagOf, String wanted) {
        Map<Tag, String> services = new HashMap<>();
        catalog.services()
                .values()
                .forEach(service -> tagOf.apply(service.name())
                        .ifPresent(tag -> services.put(new Tag(service.devRepository(), tag), service.name())));
        Map<Tag, Descriptor> found = registries.dev().resolveAll(services.keySet());
        ImageSet production = registries.productionSet(catalog);
        Map<String, String> images = new HashMap<>();
        found.forEach((tag, descriptor) -> {
            PinnedImage runs = production.images().get(services.get(tag));
            Optional<Digest> digest = Optional.ofNullable(runs).map(PinnedImage::digest);
            if (!digest.equals(Optional.of(descriptor.digest()))) {
                images.put(services.get(tag), tag.tag());
            }
        });
        if (images.isEmpty()) {
            throw new EngineException(
                    FailureKind.NOT_FOUND,
                    "A snapshot of " + registries.dev().host() + " has nothing new: of "
                            + catalog.services().size()
                            + " services, " + found.size() + " have a " + wanted
                            + ", and production runs all of these images already");
        }
        return images;
    }
}
