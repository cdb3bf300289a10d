package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Standing;
import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.environment.Installer;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a lane finds in its environment. */
record Surroundings(Catalog catalog, Environment environment, Installer installer) {
    /** The set that the services' own workloads ask for now, candidates in their place included. */
    ImageSet held() {
        SortedMap<String, PinnedImage> images = new TreeMap<>();
        installer
                .installed(catalog.services().values())
                .forEach((name, digest) -> images.put(name, Candidates.pinned(catalog.service(name), digest)));
        return ImageSet.of(images);
    }

    /** Services among these that have a workload here, whatever it asks for. */
    Set<String> there(Collection<String> names) {
        return environment
                .cluster()
                .installed(names.stream().map(catalog::service).toList())
                .keySet();
    }

    /**
     * What workloads ask for that ask by a tag, by the one digest that their pods run; where they run none or several:
     * absent.
     *
     * @param candidates for the same services
     */
    SortedMap<String, ImageReference> byTag(Map<Service, ImageReference> candidates) {
        SortedMap<String, Standing> standings = environment.cluster().standings(candidates);
        SortedMap<String, ImageReference> images = new TreeMap<>();
        environment.cluster().installed(candidates.keySet()).forEach((name, image) -> {
            Set<Digest> digests = standings.get(name).running();
            if (digests.size() == 1) {
                images.put(
                        name,
                        ImageReference.of(
                                image.registry(),
                                image.repository(),
                                digests.iterator().next()));
            }
        });
        return images;
    }

    static Optional<Digest> digest(ImageSet set, String name) {
        return Optional.ofNullable(set.images().get(name)).map(PinnedImage::digest);
    }
}
