package io.jenkins.plugins.releasetrain.engine.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecImageTest {
    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @CsvSource({
        "cart, docker.io/library/cart:latest",
        "cart:1, docker.io/library/cart:1",
        "shop/cart:1, docker.io/shop/cart:1",
        "docker.io/cart:1, docker.io/library/cart:1",
        "index.docker.io/shop/cart:1, docker.io/shop/cart:1",
        "registry:5000/cart:1, registry:5000/cart:1",
        "localhost/cart:1, localhost/cart:1",
        "localhost:5000/cart, localhost:5000/cart:latest",
        "registry.example/shop/cart:1, registry.example/shop/cart:1",
        "Not/A$Valid--Image, unreadable.invalid/not-a-valid-imagex:latest",
        "'', unreadable.invalid/image:latest"
    })
    void shouldFillInNamesAsRuntimesDo(String image, String expected) {
        assertThat(SpecImage.reference(image)).hasToString(expected);
    }

    @Test
    void shouldKeepTheDigestWhateverStandsBeforeIt() {
        assertThat(SpecImage.reference("cart:1@" + DIGEST)).hasToString("docker.io/library/cart:1@" + DIGEST);
        assertThat(SpecImage.reference("?@" + DIGEST).digest()).contains(new Digest(DIGEST));
        assertThat(SpecImage.reference("cart@sha256:short").digest()).isEmpty();
    }

    @Test
    void shouldFindTheDigestOfAnImageIdOfAnyRuntime() {
        assertThat(SpecImage.digest("docker-pullable://shop/cart@" + DIGEST)).contains(new Digest(DIGEST));
        assertThat(SpecImage.digest("registry.example/shop/cart@" + DIGEST)).contains(new Digest(DIGEST));
        assertThat(SpecImage.digest(DIGEST))
                .as("an image's id alone is the digest of its configuration")
                .isEmpty();
        assertThat(SpecImage.digest(null)).isEmpty();
    }

    @Property
    void shouldUnderstandAnything(@ForAll String image) {
        assertThat(SpecImage.reference(image).tag().isPresent()
                        || SpecImage.reference(image).digest().isPresent())
                .isTrue();
    }

    @Example
    void shouldUnderstandNothingAtAll() {
        ImageReference reference = SpecImage.reference(null);
        assertThat(reference.registry()).isEqualTo(SpecImage.UNREADABLE);
    }
}
