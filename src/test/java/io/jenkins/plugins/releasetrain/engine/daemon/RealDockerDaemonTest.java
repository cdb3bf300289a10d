package io.jenkins.plugins.releasetrain.engine.daemon;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The contract on the Docker Engine that the environment names; it needs no network and runs no container. */
@EnabledIfEnvironmentVariable(named = RealDockerDaemonTest.HOST, matches = ".+")
class RealDockerDaemonTest extends ImageDaemonContract {
    /** Environment variable with the address of a Docker Engine, as {@code unix:///var/run/docker.sock}. */
    static final String HOST = "RELEASE_TRAIN_TEST_DOCKER_HOST";

    private static final String NAME = "shop/cart:1.4.2";
    private static DockerClient docker;

    @BeforeAll
    static void load() {
        DefaultDockerClientConfig config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(System.getenv(HOST))
                .build();
        docker = DockerClientImpl.getInstance(
                config,
                new ApacheDockerHttpClient.Builder()
                        .dockerHost(config.getDockerHost())
                        .build());
        docker.loadImageCmd(new ByteArrayInputStream(CART.archive(NAME))).exec();
    }

    @AfterAll
    static void remove() throws IOException {
        docker.removeImageCmd(NAME).exec();
        docker.close();
    }

    @Override
    URI address() {
        return URI.create(System.getenv(HOST));
    }

    @Override
    Set<String> names() {
        Set<String> names = new TreeSet<>();
        docker.listImagesCmd()
                .exec()
                .forEach(image ->
                        Optional.ofNullable(image.getRepoTags()).ifPresent(tags -> names.addAll(Arrays.asList(tags))));
        return names;
    }
}
