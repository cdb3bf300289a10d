package io.jenkins.plugins.releasetrain.host;

import hudson.model.Run;
import io.jenkins.plugins.releasetrain.config.RegistryConfiguration;
import io.jenkins.plugins.releasetrain.engine.daemon.DaemonImages;
import io.jenkins.plugins.releasetrain.engine.daemon.ImageDaemon;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Images that builds name as {@code docker-daemon:name:tag} are pushed to the dev registry, with its credentials, and are
 * like any other then. What may refuse them comes first: nothing is pushed for who may not.
 *
 * @param daemon this controller's
 */
record DaemonPushes(ImageDaemon daemon, RegistryClients clients) {

    /** The same images by service, each in the registry. */
    Map<String, String> ofServices(Map<String, String> images, Wiring wiring, String catalogName) {
        if (images.values().stream().noneMatch(DaemonImages::isInDaemon)) {
            return images;
        }
        Catalog catalog = wiring.catalog(catalogName);
        RegistryConfiguration configured = wiring.devRegistry(catalogName);
        DaemonImages daemonImages = images(wiring.registry(configured.getName()), configured, Optional.empty());
        Map<String, String> pushed = new TreeMap<>(images);
        pushed.replaceAll((service, image) -> DaemonImages.isInDaemon(image)
                ? tag(image) + "@"
                        + daemonImages.push(image, catalog.service(service).devRepository())
                : image);
        return pushed;
    }

    /**
     * The same images, each in the registry, as {@code repository:tag@digest} without prefix.
     *
     * @param build whose job's credentials are used
     */
    List<String> plain(
            List<String> images, String prefix, Registry dev, RegistryConfiguration configured, Run<?, ?> build) {
        DaemonImages daemonImages = images(dev, configured, Optional.of(build));
        return images.stream()
                .map(image -> DaemonImages.isInDaemon(image)
                        ? bare(image) + "@"
                                + daemonImages.push(
                                        image, prefix + DaemonImages.name(image).repository())
                        : image)
                .toList();
    }

    /** As the image will be called, without prefix, once it is pushed. */
    static String bare(String image) {
        return DaemonImages.isInDaemon(image) ? DaemonImages.name(image).repository() + ":" + tag(image) : image;
    }

    private static String tag(String image) {
        ImageReference name = DaemonImages.name(image);
        return name.tag().orElseThrow();
    }

    private DaemonImages images(Registry dev, RegistryConfiguration configured, Optional<Run<?, ?>> build) {
        return new DaemonImages(daemon, dev, () -> clients.login(configured, build));
    }
}
