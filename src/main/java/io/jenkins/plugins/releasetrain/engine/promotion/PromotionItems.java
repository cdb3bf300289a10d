package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What the promotion of a release comes to: per changed image the tag it was built as, and the tag of production. */
public final class PromotionItems {
    private PromotionItems() {}

    /**
     * @param baseline what production must still run for the services that change (I7); empty: whatever it runs
     * @param movingTags tags that are not carried over
     */
    public static Promoter.Request request(
            String id,
            Event.ReleaseMade release,
            Catalog catalog,
            Registries registries,
            Optional<ImageSet> baseline,
            Pattern movingTags) {
        List<Promoter.Item> items = new ArrayList<>();
        Map<Registry.Tag, Optional<Digest>> expected = new HashMap<>();
        release.changed().forEach((name, image) -> {
            Service service = catalog.service(name);
            if (carriesTag(image, catalog, movingTags)) {
                items.add(item(service, image, image.tag(), false));
            }
            items.add(item(service, image, service.productionTag(), true));
            baseline.ifPresent(set -> expected.put(
                    new Registry.Tag(service.productionRepository(), service.productionTag()),
                    Optional.ofNullable(set.images().get(name)).map(PinnedImage::digest)));
        });
        return new Promoter.Request(id, release.id(), registries.dev(), registries.production(), items, expected);
    }

    /**
     * Whether the tag that an image was built as goes with it to production. Not where it says there what production runs of
     * some service: it would be that one's image, whoever builds under such a tag.
     */
    public static boolean carriesTag(PinnedImage image, Catalog catalog, Pattern movingTags) {
        return !image.tag().isEmpty()
                && !movingTags.matcher(image.tag()).matches()
                && !catalog.isProductionTag(image.repository(), image.tag());
    }

    /**
     * Services may share a repository in production, and be built under one tag elsewhere.
     *
     * @throws EngineException INVALID_INPUT where one version tag is to become the images of two of them
     */
    public static void checkTagsApart(Map<String, PinnedImage> images, Catalog catalog, Pattern movingTags) {
        Map<String, String> owners = new HashMap<>();
        images.forEach((name, image) -> {
            String other = carriesTag(image, catalog, movingTags)
                    ? owners.putIfAbsent(image.repository() + ":" + image.tag(), name)
                    : null;
            if (other != null && !images.get(other).digest().equals(image.digest())) {
                throw EngineException.invalid("Services " + other + " and " + name + " have different images, but both"
                        + " are to be " + image.repository() + ":" + image.tag()
                        + " in production; build them under tags of their own, as in " + image.tag() + "-" + name);
            }
        });
    }

    /**
     * Why no environment can bring a candidate in, whoever made it: the dev registry has removed it, or never had it where
     * the catalog has its service by now.
     *
     * @return empty where it is there
     */
    public static Optional<String> missing(Registries registries, Service service, PinnedImage image) {
        return registries
                        .dev()
                        .resolve(service.devRepository(), image.digest().value())
                        .isPresent()
                ? Optional.empty()
                : Optional.of("image " + registries.candidate(service, image)
                        + " is not there any more; build it again, and let the dev registry keep images for longer");
    }

    private static Promoter.Item item(Service service, PinnedImage image, String tag, boolean mayMove) {
        return new Promoter.Item(service.devRepository(), service.productionRepository(), image.digest(), tag, mayMove);
    }
}
