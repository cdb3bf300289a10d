package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.testkit.registry.DockerRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an independent client pushes can be copied, and what was copied satisfies it. */
class SkopeoPeerTest {
    private EmbeddedRegistry builder;
    private DockerRegistry dev;
    private DockerRegistry production;

    @BeforeEach
    void start() throws IOException {
        assumeTrue(DockerRegistry.onPath("skopeo"), "skopeo is not on the PATH; install Debian's skopeo");
        assumeTrue(DockerRegistry.available(), "docker-registry is not on the PATH; install Debian's docker-registry");
        builder = EmbeddedRegistry.start();
        dev = DockerRegistry.start();
        production = DockerRegistry.start();
    }

    @AfterEach
    void stop() throws IOException {
        if (builder != null) {
            builder.close();
            dev.close();
            production.close();
        }
    }

    private static HttpRegistry client(String host) {
        return new HttpRegistry(RegistrySettings.of(host).withPlainHttp(), Clock.systemUTC(), Sleeper.real());
    }

    private static byte[] skopeo(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("skopeo", "--insecure-policy"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (InputStream out = process.getInputStream()) {
            byte[] output = out.readAllBytes();
            assertThat(process.waitFor()).as(String.join(" ", command)).isZero();
            return output;
        }
    }

    private void copyThrough(Digest digest) throws IOException, InterruptedException {
        skopeo(
                "copy",
                "--all",
                "--src-tls-verify=false",
                "--dest-tls-verify=false",
                "docker://" + builder.host() + "/shop/cart@" + digest,
                "docker://" + dev.host() + "/shop/cart:1.0");

        new HttpImageCopier(CopySettings.DEFAULT, Runnable::run)
                .copy(client(dev.host()), "shop/cart", digest, client(production.host()), "live/cart");
    }

    @Test
    void I1_an_image_that_skopeo_pushed_arrives_with_its_digest() throws Exception {
        SampleImage image = SampleImage.of("cart", "1.0").random(1, 200_000);
        Digest digest = new Digest(SampleImages.at(builder.origin()).push("shop/cart", "1.0", image));

        copyThrough(digest);

        String copied = "docker://" + production.host() + "/live/cart@" + digest;
        byte[] raw = skopeo("inspect", "--raw", "--tls-verify=false", copied);
        assertThat(Digest.sha256(raw)).isEqualTo(digest);
        assertThat(new String(skopeo("inspect", "--config", "--tls-verify=false", copied), StandardCharsets.UTF_8))
                .contains("\"org.opencontainers.image.version\": \"1.0\"");
    }

    @Test
    void I1_an_index_that_skopeo_pushed_can_be_pulled_whole_by_skopeo() throws Exception {
        SampleImage image = SampleImage.of("cart", "1.0");
        Digest digest = new Digest(SampleImages.at(builder.origin())
                .pushIndex("shop/cart", "1.0", List.of(image, image.architecture("arm64"))));

        copyThrough(digest);

        String copied = "docker://" + production.host() + "/live/cart@" + digest;
        assertThat(Digest.sha256(skopeo("inspect", "--raw", "--tls-verify=false", copied)))
                .isEqualTo(digest);
        skopeo(
                "copy",
                "--all",
                "--src-tls-verify=false",
                "--dest-tls-verify=false",
                copied,
                "docker://" + dev.host() + "/back/cart:1.0");
        assertThat(client(dev.host()).resolve("back/cart", "1.0"))
                .map(Registry.Descriptor::digest)
                .contains(digest);
    }
}
