package io.jenkins.plugins.releasetrain.engine.daemon;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.api.model.PushResponseItem;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Credentials;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A Docker Engine, by docker-java. Each push opens and closes its own connection: pushes are rare and daemons restart. */
public final class DockerDaemon implements ImageDaemon {
    private static final Logger LOGGER = Logger.getLogger(DockerDaemon.class.getName());
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration LONGEST_PUSH = Duration.ofHours(2);

    private final Optional<URI> address;

    /** @param address {@code unix:///var/run/docker.sock} or {@code tcp://host:port}; empty: what the environment says */
    public DockerDaemon(Optional<URI> address) {
        this.address = address;
    }

    @Override
    public Digest push(String image, Place place, Optional<Credentials> credentials) {
        DefaultDockerClientConfig.Builder builder = DefaultDockerClientConfig.createDefaultConfigBuilder();
        address.ifPresent(uri -> builder.withDockerHost(uri.toString()));
        DockerClientConfig config = builder.build();
        try (ApacheDockerHttpClient http = new ApacheDockerHttpClient.Builder()
                        .dockerHost(config.getDockerHost())
                        .sslConfig(config.getSSLConfig())
                        .connectionTimeout(CONNECT)
                        .build();
                DockerClient docker = DockerClientImpl.getInstance(config, http)) {
            return push(docker, image, place, credentials);
        } catch (NotFoundException e) {
            throw new EngineException(
                    FailureKind.NOT_FOUND,
                    "The Docker daemon at " + config.getDockerHost() + " has no image '" + image
                            + "'; build or pull it there, or name another",
                    e);
        } catch (DockerException e) {
            throw new EngineException(
                    FailureKind.UNAVAILABLE,
                    "The Docker daemon at " + config.getDockerHost() + " could not push '" + image + "' to " + place
                            + ": it answered " + e.getHttpStatus(),
                    e);
        } catch (IOException | EngineException e) {
            throw e instanceof EngineException known ? known : unreachable(config, image, e);
        } catch (RuntimeException e) {
            throw unreachable(config, image, e);
        }
    }

    private static EngineException unreachable(DockerClientConfig config, String image, Exception e) {
        return new EngineException(
                FailureKind.UNAVAILABLE,
                "No Docker daemon answers at " + config.getDockerHost() + ", so that '" + image
                        + "' cannot be pushed; start one there, let this process use its socket, or set DOCKER_HOST",
                e);
    }

    /** Under the registry's name only as long as the push takes. */
    private static Digest push(DockerClient docker, String image, Place place, Optional<Credentials> credentials) {
        Optional<String> former = called(docker, place);
        docker.tagImageCmd(image, place.name(), place.tag()).exec();
        Pushed pushed = new Pushed();
        try {
            docker.pushImageCmd(place.name())
                    .withTag(place.tag())
                    .withAuthConfig(authorization(place, credentials))
                    .exec(pushed)
                    .awaitCompletion(LONGEST_PUSH.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException(FailureKind.UNAVAILABLE, "Pushing '" + image + "' was interrupted", e);
        } finally {
            giveBack(docker, place, former);
        }
        return pushed.digest(image, place);
    }

    /** Id of the image that the daemon calls so already. */
    private static Optional<String> called(DockerClient docker, Place place) {
        try {
            return Optional.of(docker.inspectImageCmd(place.toString()).exec().getId());
        } catch (NotFoundException e) {
            return Optional.empty();
        }
    }

    private static void giveBack(DockerClient docker, Place place, Optional<String> former) {
        try {
            if (former.isPresent()) {
                docker.tagImageCmd(former.get(), place.name(), place.tag()).exec();
            } else {
                docker.removeImageCmd(place.toString()).withNoPrune(true).exec();
            }
        } catch (RuntimeException e) {
            // Another push of the same image took it away, or the daemon is gone; what became of this push is told by
            // itself.
            LOGGER.log(Level.FINE, e, () -> "The daemon may call an image " + place + " that it did not before");
        }
    }

    private static AuthConfig authorization(Place place, Optional<Credentials> credentials) {
        AuthConfig config = new AuthConfig().withRegistryAddress(place.registry());
        credentials.ifPresent(c -> config.withUsername(c.user()).withPassword(c.password()));
        return config;
    }

    /** What the daemon says of a push, line by line. */
    private static final class Pushed extends ResultCallback.Adapter<PushResponseItem> {
        private final AtomicReference<String> digest = new AtomicReference<>();
        private final AtomicReference<String> problem = new AtomicReference<>();

        @Override
        public void onNext(PushResponseItem item) {
            Optional.ofNullable(item.getErrorDetail())
                    .ifPresent(error -> problem.compareAndSet(null, String.valueOf(error.getMessage())));
            Optional.ofNullable(item.getAux()).map(aux -> aux.getDigest()).ifPresent(digest::set);
        }

        Digest digest(String image, Place place) {
            if (problem.get() != null) {
                throw new EngineException(
                        kind(problem.get()),
                        "The Docker daemon could not push '" + image + "' to " + place + ": " + problem.get());
            }
            if (digest.get() == null) {
                throw new EngineException(
                        FailureKind.UNAVAILABLE,
                        "The Docker daemon did not say under which digest it pushed '" + image + "' to " + place);
            }
            return new Digest(digest.get());
        }

        private static FailureKind kind(String problem) {
            String text = problem.toLowerCase(Locale.ROOT);
            if (text.contains("unauthorized")
                    || text.contains("authentication required")
                    || text.contains("no basic auth")) {
                return FailureKind.UNAUTHENTICATED;
            }
            if (text.contains("denied")) {
                return FailureKind.FORBIDDEN;
            }
            // With containerd's store: a platform of the image that the daemon does not have; no other try finds it.
            boolean lacks = text.contains("content digest") && text.contains("not found")
                    || text.contains("platform") && text.contains("does not");
            return lacks || text.contains("name unknown") ? FailureKind.NOT_FOUND : FailureKind.UNAVAILABLE;
        }
    }
}
