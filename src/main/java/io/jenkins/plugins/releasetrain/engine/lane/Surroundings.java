package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.environment.Installer;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes.LaneId;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

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

    /** Services in whose place other lanes have candidates. */
    SortedSet<String> othersClaims(LaneId id) {
        SortedSet<String> claims = new TreeSet<>();
        environment.lock().entries().stream()
                .filter(e -> e.held() && !e.id().equals(id.id()))
                .forEach(e -> claims.addAll(e.claims()));
        return claims;
    }

    static Optional<Digest> digest(ImageSet set, String name) {
        return Optional.ofNullable(set.images().get(name)).map(PinnedImage::digest);
    }
}
