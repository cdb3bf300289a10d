package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The pair of registries that releases go between.
 *
 * @param dev where builds push candidates
 * @param production where released images are, and nothing else
 */
public record Registries(Registry dev, Registry production) {
    /**
     * Pins what a build asks for to a digest (I1).
     *
     * @param image a tag or digest in the service's dev repository: {@code 1.4.2}, {@code sha256:…}, or a full reference
     */
    public PinnedImage pin(Service service, String image) {
        ImageReference reference = candidateReference(service, image);
        Registry.Descriptor descriptor = dev.resolve(reference.repository(), reference.manifestReference())
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND,
                        "Service '" + service.name() + "': image " + reference
                                + " is not in the dev registry, or its account may not see it"))
                .requireReadable("Service '" + service.name() + "': image " + reference);
        return new PinnedImage(service.productionRepository(), descriptor.digest(), trueTag(reference, descriptor));
    }

    /** Beside a digest a tag is a claim: one that is not true in the dev registry is not carried to production. */
    private String trueTag(ImageReference reference, Registry.Descriptor image) {
        return reference
                .tag()
                .filter(tag -> reference.digest().isEmpty()
                        || dev.resolve(reference.repository(), tag)
                                .filter(named -> named.digest().equals(image.digest()))
                                .isPresent())
                .orElse("");
    }

    /** What somebody wrote with its registry's host, by the names that are usual; as it is where it is no reference. */
    public static String named(String written) {
        try {
            return RegistrySettings.named(ImageReference.parse(written)).toString();
        } catch (EngineException e) {
            return written;
        }
    }

    private ImageReference candidateReference(Service service, String image) {
        String bare = image.startsWith("sha256:") || image.startsWith("sha512:")
                ? service.devRepository() + "@" + image
                : service.devRepository() + ":" + image;
        ImageReference reference;
        if (image.startsWith(service.devRepository() + ":") || image.startsWith(service.devRepository() + "@")) {
            reference = ImageReference.parse(dev.host(), image);
        } else if (!image.contains("/")) {
            reference = ImageReference.parse(dev.host(), bare);
        } else {
            reference = ImageReference.parse(image);
        }
        ImageReference named = RegistrySettings.named(reference);
        ImageReference wanted = RegistrySettings.named(
                new ImageReference(dev.host(), service.devRepository(), named.tag(), named.digest()));
        boolean ours = RegistrySettings.isSameHost(named.registry(), wanted.registry())
                || RegistrySettings.isSameHost(named.registry(), dev.clusterHost());
        if (!ours || !named.repository().equals(wanted.repository())) {
            throw EngineException.invalid("Service '" + service.name() + "' takes its images from " + dev.host() + "/"
                    + service.devRepository() + ", not from " + reference);
        }
        return new ImageReference(reference.registry(), service.devRepository(), reference.tag(), reference.digest());
    }

    /**
     * Refuses a tag that names something else in production already, before anything is tested in vain.
     *
     * @throws EngineException CONFLICT
     */
    public void checkTagFree(PinnedImage image) {
        production
                .resolve(image.repository(), image.tag())
                .filter(present -> !present.digest().equals(image.digest()))
                .ifPresent(present -> {
                    throw new EngineException(
                            FailureKind.CONFLICT,
                            "Version tag " + production.host() + "/" + image.repository() + ":" + image.tag()
                                    + " is taken by " + present.digest() + "; build under another tag");
                });
    }

    /** Whether production has this image of a service, in the repository that it names, which may not be the catalog's any more. */
    public boolean runs(Catalog catalog, String service, PinnedImage image) {
        return catalog.services().containsKey(service)
                && production
                        .resolve(image.repository(), catalog.service(service).productionTag())
                        .filter(there -> there.digest().equals(image.digest()))
                        .isPresent();
    }

    /**
     * What production runs: the image that each service's production tag points to.
     *
     * @return a service that was never released is absent
     */
    public ImageSet productionSet(Catalog catalog) {
        return productionSet(catalog.services().values());
    }

    /** The same, of some services only. */
    public ImageSet productionSet(Collection<Service> services) {
        SortedMap<String, Registry.Tag> tags = productionTags(services);
        Map<Registry.Tag, Registry.Descriptor> found = production.resolveAll(tags.values());
        SortedMap<String, PinnedImage> images = new TreeMap<>();
        tags.forEach((name, tag) -> {
            if (found.containsKey(tag)) {
                images.put(
                        name, new PinnedImage(tag.repository(), found.get(tag).digest(), ""));
            }
        });
        return ImageSet.of(images);
    }

    /** The tags that say what production runs, by service. */
    public static SortedMap<String, Registry.Tag> productionTags(Collection<Service> services) {
        SortedMap<String, Registry.Tag> tags = new TreeMap<>();
        services.forEach(s -> tags.put(s.name(), new Registry.Tag(s.productionRepository(), s.productionTag())));
        return tags;
    }

    /** As a cluster pulls it. */
    public ImageReference candidate(Service service, PinnedImage image) {
        return ImageReference.of(dev.clusterHost(), service.devRepository(), image.digest());
    }

    /** As a cluster pulls it. */
    public ImageReference released(Service service, PinnedImage image) {
        return ImageReference.of(production.clusterHost(), service.productionRepository(), image.digest());
    }
}
