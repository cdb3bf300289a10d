package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Oddities;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is listed on several pages is found whole, or told where it is too much. */
class PagesOfListsTest {
    private static final SampleImage CART = SampleImage.of("cart", "1.0");
    private static final Digest DIGEST = new Digest(CART.content().digest());

    private final FakeTime time = new FakeTime();

    @RegisterExtension
    private final Opened open = new Opened();

    private HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(RegistrySettings.of(registry.host()).withPlainHttp(), time, time);
    }

    static Stream<Arguments> links() {
        return Stream.of(
                links("as usual", link -> link),
                links("without quotes", link -> link.replace("\"", "")),
                links("in single quotes", link -> link.replace('"', '\'')),
                links("without blanks, in capitals", link -> link.replace("; rel", ";REL")),
                links("the first page beside it", link -> "</v2/first>; rel=\"first\", " + link),
                links("the last page behind it", link -> link + ", </v2/last>; rel=\"last\""),
                links("with a title", link -> link.replace("; rel", "; title=\"more, of it; rel=last\"; rel")),
                links("with a parameter behind it", link -> link + "; type=\"application/json\""),
                links("two relations", link -> link.replace("\"next\"", "\"nofollow next\"")),
                links(
                        "a path of the inner network",
                        link -> link.replace("</v2/", "</artifactory/api/docker/local/v2/")),
                links("a name of the inner network", link -> link.replace("</v2/shop/", "</v2/local/shop/")),
                links("no relation", link -> link.replaceAll(";.*", "")),
                links("no brackets", link -> link.replaceAll("[<>]", "")),
                links("no brackets, no relation", link -> link.replaceAll("[<>]|;.*", "")),
                links("only the query", link -> link.replaceFirst("<[^?]*", "<")),
                links("a name of its own", link -> link.replace("</", "<https://inner.example:8443/")),
                links("the same, without scheme", link -> link.replace("</", "<//inner.example/")));
    }

    private static Arguments links(String name, UnaryOperator<String> words) {
        return arguments(name, words);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("links")
    void the_next_page_is_found_however_it_is_linked(String name, UnaryOperator<String> words) throws IOException {
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT
                .withTagsPerPage(2)
                .withReferrersPerPage(2)
                .being(Oddities.linking(words)));
        SampleImages images = SampleImages.at(registry.origin());
        for (int i = 0; i < 5; i++) {
            images.push("shop/cart", "v" + i, CART);
        }
        List<Digest> said = IntStream.range(0, 5)
                .mapToObj(i -> images.pushReferrer("shop/cart", DIGEST.value(), Manifests.OCI_MANIFEST, "said " + i))
                .map(Digest::new)
                .toList();

        assertThat(client(registry).tags("shop/cart")).contains("v0", "v1", "v2", "v3", "v4");
        assertThat(client(registry).referrers("shop/cart", DIGEST))
                .extracting(Registry.Referrer::digest)
                .containsExactlyInAnyOrderElementsOf(said);
    }

    /** A list that breaks off is no list: a tag that is missing in it would be taken for one that nobody has (RG-10). */
    @Test
    void I6_listThatIsGoneInTheMidstIsNoList() throws IOException {
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT
                .withTagsPerPage(1)
                .being(Oddities.refusing(
                        9, 404, "NAME_UNKNOWN", r -> r.parameter("last").isPresent())));
        List.of("v0", "v1").forEach(tag -> SampleImages.at(registry.origin()).push("shop/cart", tag, CART));
        assertThat(catchThrowableOfType(
                        EngineException.class, () -> client(registry).tags("shop/cart")))
                .hasMessageContaining("list the tags of shop/cart")
                .hasMessageContaining("404");
        assertThat(client(registry).untag("shop/cart", "v0")).isFalse();
        assertThat(registry.tags("shop/cart")).containsOnlyKeys("v0", "v1");
    }

    /** NEXUS-35956: a group gives as many as it is asked for, and never says that there are more. */
    @Test
    void aFullPageThatLinksToNoneMayHaveMoreAfterIt() throws IOException {
        EmbeddedRegistry registry =
                open.start(RegistryOptions.DEFAULT.withoutReferrers().being(Oddities.linking(link -> "")));
        SampleImages images = SampleImages.at(registry.origin());
        images.push("shop/cart", "1.0", CART);
        for (int i = 0; i < 1000; i++) {
            images.pushManifest(
                    "shop/cart",
                    "v" + i,
                    CART.content().mediaType(),
                    CART.content().manifest());
        }
        assertThat(client(registry).tags("shop/cart")).hasSize(1001);
    }

    /** A cursor that is another each time, and always the same page. */
    @Test
    void tagsThatComeAgainAreTheEnd() throws IOException {
        EmbeddedRegistry registry = open.start(RegistryOptions.DEFAULT.being((request, rest) -> {
            int page = request.parameter("cursor").map(Integer::parseInt).orElse(0);
            String next = "<" + request.path() + "?cursor=" + (page + 1) + ">; rel=\"next\"";
            return rest.answer(request).header("Link", next);
        }));
        List.of("v0", "v1").forEach(tag -> SampleImages.at(registry.origin()).push("shop/cart", tag, CART));
        registry.forgetExchanges();
        assertThat(client(registry).tags("shop/cart")).containsExactly("v0", "v1");
        assertThat(registry.exchanges()).hasSizeLessThan(5);
    }

    /** Whoever may attach to an image of dev does not decide how much of that production gets (B17). */
    @Test
    void B17_of_very_many_attachments_some_are_left_with_a_word() throws IOException {
        EmbeddedRegistry source = open.start(RegistryOptions.DEFAULT);
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT);
        SampleImages images = SampleImages.at(source.origin());
        images.push("shop/cart", "1.0", CART);
        Digest last = DIGEST;
        for (int i = 0; i < 510; i++) {
            last = new Digest(images.pushReferrer("shop/cart", last.value(), Manifests.OCI_MANIFEST, "said " + i));
        }
        HttpImageCopier copier = new HttpImageCopier(CopySettings.DEFAULT, Runnable::run);

        CopyPlan plan = copier.plan(
                client(source), client(target), List.of(new ImageCopier.Image("shop/cart", DIGEST, "live/cart")));

        assertThat(plan.notes()).singleElement().asString().contains("More than 500 attachments", "the rest is left");
        assertThat(plan.parts().get(0).attachments()).hasSizeBetween(500, 502);
    }

    /** All manifests of an image are kept in memory until the last one is pushed (B17). */
    @Test
    void B17_manifests_that_are_too_large_together_are_refused_before_anything_is_pushed() throws IOException {
        EmbeddedRegistry source = open.start(RegistryOptions.DEFAULT);
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT);
        SampleImages images = SampleImages.at(source.origin());
        String note = "x".repeat(12 << 20);
        List<String> children = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            String manifest = new String(
                            SampleImage.of("cart", "1." + i).content().manifest(), StandardCharsets.UTF_8)
                    .replaceFirst("\\{", "{\"annotations\":{\"note\":\"" + note + "\"},");
            images.push("shop/cart", "1." + i, SampleImage.of("cart", "1." + i));
            String digest = images.pushManifest(
                    "shop/cart", "large" + i, Manifests.OCI_MANIFEST, manifest.getBytes(StandardCharsets.UTF_8));
            children.add("{\"mediaType\":\"" + Manifests.OCI_MANIFEST + "\",\"digest\":\"" + digest + "\",\"size\":"
                    + manifest.length() + "}");
        }
        String index = "{\"schemaVersion\":2,\"mediaType\":\"" + Manifests.OCI_INDEX + "\",\"manifests\":["
                + String.join(",", children) + "]}";
        Digest digest = new Digest(
                images.pushManifest("shop/cart", "all", Manifests.OCI_INDEX, index.getBytes(StandardCharsets.UTF_8)));
        HttpImageCopier copier = new HttpImageCopier(CopySettings.DEFAULT, Runnable::run);

        EngineException e = catchThrowableOfType(
                EngineException.class,
                () -> copier.copy(client(source), "shop/cart", digest, client(target), "live/cart"));

        assertThat(e.kind()).isEqualTo(FailureKind.TOO_LARGE);
        assertThat(e).hasMessageContaining("manifests are larger");
        assertThat(target.exchanges()).noneMatch(x -> x.method().equals("PUT"));
    }
}
