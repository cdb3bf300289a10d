package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.config.Settings;
import io.jenkins.plugins.releasetrain.config.TrainConfiguration;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.manifest.ReleaseManifest;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Releases, and sets that are being tried, as text for other installers. */
@Restricted(NoExternalUse.class)
public final class Manifests {
    private final Settings configuration;
    private final Store store;
    private final Wiring wiring;

    Manifests(Settings configuration, Store store, Wiring wiring) {
        this.configuration = configuration;
        this.store = store;
        this.wiring = wiring;
    }

    /**
     * The images of a release, or of a set that is being tried, as text for other installers.
     *
     * @param release its id, or the digest of the set
     * @throws EngineException where there is no such release, set or format
     */
    public String of(String release, String format) {
        ReleaseManifest.Format as = ReleaseManifest.Format.of(format);
        if (release.startsWith("sha256:")) {
            return ofTrial(new Digest(release)).as(as);
        }
        Event.ReleaseMade made = store.release(release)
                .map(Store.ReleaseRecord::made)
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND,
                        "There is no release '" + release + "'; releases are called as in 'shop-17'"));
        ImageSet set = store.set(made.set()).orElseThrow();
        return new ReleaseManifest(made, set, productionHost(made.owner())).as(as);
    }

    private ReleaseManifest ofTrial(Digest digest) {
        for (TrainConfiguration train : configuration.trains()) {
            Optional<Map<String, ImageReference>> candidates =
                    wiring.train(train.getName()).candidates(digest);
            if (candidates.isPresent()) {
                ImageSet set = store.set(digest).orElseThrow();
                SortedMap<String, PinnedImage> changed = new TreeMap<>(set.images());
                changed.keySet().retainAll(candidates.get().keySet());
                Event.ReleaseMade trial = new Event.ReleaseMade(
                        "",
                        train.getName(),
                        0,
                        Event.Kind.MONO,
                        digest,
                        "",
                        "",
                        changed,
                        List.of(),
                        "",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty());
                return new ReleaseManifest(trial, set, productionHost(train.getName()), candidates.get());
            }
        }
        throw new EngineException(
                FailureKind.NOT_FOUND,
                "No train tries the set " + digest
                        + " now; name a release as in 'shop-17', or RELEASE_ID within a body");
    }

    /** @param owner a train, or environment/group of a lane */
    private String productionHost(String owner) {
        String catalog = owner.contains("/")
                ? configuration
                        .environment(owner.substring(0, owner.indexOf('/')))
                        .getCatalog()
                : configuration.train(owner).getCatalog();
        return wiring.registriesOf(catalog).production().host();
    }
}
