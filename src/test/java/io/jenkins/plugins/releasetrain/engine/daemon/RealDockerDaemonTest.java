package io.jenkins.plugins.releasetrain.engine.daemon;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The contract on the Docker Engine that the environment names; it needs no network and runs no container. */
@EnabledIfEnvironmentVariable(named = RealDockerDaemonTest.HOST, matches = ".+")
class RealDockerDaemonTest extends ImageDaemonContract {
    /** Environment variable with the address of a Docker Engine, as {@code unix:///var/run/docker.sock}. */
    static final String HOST = "RELEASE_TRAIN_TEST_DOCKER_HOST";

    private static final String NAME = "shop/cart:1.4.2";
    private static DockerClient docker;
    private final List<String> called = new ArrayList<>();

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
        tag(REGISTRY + "/" + NAME);
    }

    @AfterAll
    static void remove() throws IOException {
        docker.removeImageCmd(NAME).exec();
        docker.removeImageCmd(REGISTRY + "/" + NAME).exec();
        docker.close();
    }

    private static void tag(String name) {
        int colon = name.lastIndexOf(':');
        docker.tagImageCmd(NAME, name.substring(0, colon), name.substring(colon + 1))
                .exec();
    }

    @AfterEach
    void removeCalled() {
        called.forEach(name -> docker.removeImageCmd(name).exec());
    }

    @Override
    void call(String name) {
        tag(name);
        called.add(name);
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
