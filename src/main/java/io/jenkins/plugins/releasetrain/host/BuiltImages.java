package io.jenkins.plugins.releasetrain.host;

import hudson.model.InvisibleAction;
import hudson.model.Run;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.image.ImageStream;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.logging.Level;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Tells the history which builds made which images, and with which commits; nothing waits for it (I11). */
@Restricted(NoExternalUse.class)
public final class BuiltImages {
    private static final Duration AGAIN = Duration.ofSeconds(30);
    private static final int TRIES = 20;

    private final Controller controller;
    private final ReleaseService service;
    private final RegistryClients clients;
    private final Clock clock;
    private final Consumer<Event> listener;

    BuiltImages(
            Controller controller,
            ReleaseService service,
            RegistryClients clients,
            Clock clock,
            Consumer<Event> listener) {
        this.controller = controller;
        this.service = service;
        this.clients = clients;
        this.clock = clock;
        this.listener = listener;
    }

    /** Digests of the images that a build made, by service; kept with the build, which later ones are told from. */
    public static final class Made extends InvisibleAction {
        /** Replaced as a whole, since any save of the build walks over it at any moment. */
        private volatile TreeMap<String, String> images = new TreeMap<>();

        private synchronized void add(Map<String, Digest> more) {
            TreeMap<String, String> all = new TreeMap<>(images);
            more.forEach((name, digest) -> all.put(name, digest.value()));
            images = all;
        }
    }

    /** A build made what a change or lane of it brings; read in the background, again where the store is away. */
    public void madeFor(Run<?, ?> build, String request) {
        background(build, TRIES, () -> {
            Map<String, Digest> images = new TreeMap<>();
            service.store()
                    .requests(List.of(request))
                    .forEach(entry -> entry.images().forEach((name, image) -> images.put(name, image.digest())));
            tell(build, images);
        });
    }

    /**
     * A build made an image of a service.
     *
     * @param digest empty where it has to be looked for; of an image in no configured registry nothing is told
     */
    public void made(Run<?, ?> build, String name, ImageReference image, String digest) {
        background(build, TRIES, () -> {
            Optional<Digest> known = digest.isEmpty()
                    ? clients.connect(service.current(), image, build)
                            .flatMap(registry -> registry.resolve(image.repository(), image.manifestReference()))
                            .map(Registry.Descriptor::digest)
                    : Optional.of(new Digest(digest));
            known.ifPresent(d -> tell(build, Map.of(name, d)));
        });
    }

    private void background(Run<?, ?> build, int tries, Runnable work) {
        controller.threads().execute(() -> {
            try {
                work.run();
            } catch (EngineException e) {
                if (e.kind().retryable() && tries > 1) {
                    controller.later(() -> background(build, tries - 1, work), AGAIN);
                } else {
                    failed(build, e);
                }
            } catch (RuntimeException | LinkageError e) {
                // Of the plugin of some SCM, too.
                failed(build, e);
            }
        });
    }

    private static void failed(Run<?, ?> build, Throwable e) {
        ReleaseService.LOGGER.log(Level.WARNING, e, () -> "The commits of " + build + " are not told");
    }

    private void tell(Run<?, ?> build, Map<String, Digest> images) {
        note(build, images);
        images.forEach((name, image) -> {
            JenkinsBuild.Reading reading = new JenkinsBuild.Reading(
                    this::origin, text -> service.wiring().links(name).issues(text), BuiltImages::madeBy);
            new ImageStream(service.store(), image, clock, listener)
                    .built(Gathering.of(name, new JenkinsBuild(build, reading)));
        });
    }

    private static void note(Run<?, ?> build, Map<String, Digest> images) {
        synchronized (build) {
            Made made = build.getAction(Made.class);
            if (made == null) {
                made = new Made();
                build.addAction(made);
            }
            made.add(images);
        }
    }

    private static Optional<Digest> madeBy(Run<?, ?> build, String name) {
        return Optional.ofNullable(build.getAction(Made.class))
                .map(made -> made.images.get(name))
                .map(Digest::new);
    }

    private Origin origin(Run<?, ?> build) {
        Origin step = controller.origin(build, "");
        return new Origin(step.build(), step.page(), step.user(), step.controller());
    }
}
