package io.jenkins.plugins.releasetrain.engine.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.fakes.FakeRegistry;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainItemsTest {
    private final FakeRegistry dev = new FakeRegistry("dev.example:5000");
    private final Digest cart = dev.push("team/shop/cart", "1.4.2", "cart 1.4.2");
    private final Digest older = dev.push("team/shop/cart", "1.4.1", "cart 1.4.1");
    private final PlainItems items = new PlainItems(dev, "team/", "", false);

    @Test
    void I1_tagsArePinnedAndPrefixesSwapped() {
        assertThat(items.of(List.of("shop/cart:1.4.2", "dev.example:5000/team/shop/cart:1.4.1@" + older)))
                .containsExactly(
                        new Promoter.Item("team/shop/cart", "shop/cart", cart, "1.4.2", false),
                        new Promoter.Item("team/shop/cart", "shop/cart", older, "1.4.1", false));
    }

    @Test
    void S7_tagThatIsNotTheImageOfItsDigestIsRefused() {
        assertThatThrownBy(() -> items.of(List.of("shop/cart:1.4.2@" + older)))
                .hasMessageContaining("'shop/cart:1.4.2@" + older + "'")
                .hasMessageContaining("is " + cart)
                .extracting(e -> ((EngineException) e).kind())
                .isEqualTo(FailureKind.CONFLICT);
        assertThatThrownBy(() -> items.of(List.of("shop/cart:9.9.9@" + older)))
                .hasMessageContaining("there is no image dev.example:5000/team/shop/cart:9.9.9@" + older);
    }

    /** Docker Hub has several names, and its library is written in full by some. */
    @Test
    void RG_11_imagesOfDockerHubMayBeWrittenInFull() {
        FakeRegistry hub = new FakeRegistry("docker.io");
        Digest official = hub.push("cart", "1", "cart");
        Digest library = hub.push("library/pay", "1", "pay");
        Digest shop = hub.push("shop/web", "1", "web");

        assertThat(new PlainItems(hub, "", "", false)
                        .of(List.of("docker.io/library/cart:1", "index.docker.io/shop/web:1")))
                .containsExactly(
                        new Promoter.Item("cart", "cart", official, "1", false),
                        new Promoter.Item("shop/web", "shop/web", shop, "1", false));
        assertThat(new PlainItems(hub, "library/", "live/", false).of(List.of("docker.io/library/pay:1")))
                .containsExactly(new Promoter.Item("library/pay", "live/pay", library, "1", false));
    }

    @Test
    void repositoriesAreThoseWithoutPrefix() {
        assertThat(items.repositories(List.of("shop/cart:1.4.2", "shop/pay:2")))
                .containsExactly("shop/cart", "shop/pay");
    }

    @Test
    void everyImageThatIsMissingIsNamed() {
        assertThatThrownBy(() -> items.of(List.of("shop/cart:1.4.2", "shop/pay:9", "shop/web:7")))
                .hasMessageContaining("dev.example:5000/team/shop/pay:9")
                .hasMessageContaining("dev.example:5000/team/shop/web:7")
                .extracting(e -> ((EngineException) e).kind())
                .isEqualTo(FailureKind.NOT_FOUND);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "shop/cart",
                "shop/cart:1.4.2, shop/pay:2.0.0",
                "Shop/Cart:1",
                "localhost:5001/shop/cart:1",
                "other.example:5000/shop/cart:1",
                "https://dev.example/shop/cart:1",
                "shop/cart:1@sha256:12",
                "shop/cart@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "shop/cart:",
                ":1",
                "../cart:1"
            })
    void entryThatIsNoImageIsNamed(String entry) {
        assertThatThrownBy(() -> items.of(List.of("shop/cart:1.4.2", entry)))
                .hasMessageStartingWith("promoteImage: image '" + entry + "': ")
                .extracting(e -> ((EngineException) e).kind())
                .isEqualTo(FailureKind.INVALID_INPUT);
    }

    @Test
    void nothingAndNullAreRefusedToo() {
        assertThatThrownBy(() -> items.of(List.of())).hasMessageContaining("images is empty");
        assertThatThrownBy(() -> items.of(Arrays.asList("shop/cart:1.4.2", null)))
                .hasMessageContaining("promoteImage: image 'null'");
    }
}
