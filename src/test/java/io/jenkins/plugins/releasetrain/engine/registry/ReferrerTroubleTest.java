package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Image;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Latecomers;
import io.jenkins.plugins.releasetrain.testkit.registry.Oddities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personality;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists of referrers that break off: the image is promoted, and what is left is told. */
class ReferrerTroubleTest {
    private static final SampleImage CART = SampleImage.of("cart", "1.0");
    private static final Digest DIGEST = new Digest(CART.content().digest());

    private final FakeTime time = new FakeTime();
    private final HttpImageCopier copier = new HttpImageCopier(CopySettings.DEFAULT, Runnable::run);
    private final List<EmbeddedRegistry> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(EmbeddedRegistry::close);
    }

    private EmbeddedRegistry holding(Personality personality) throws IOException {
        EmbeddedRegistry registry = start(personality);
        SampleImages images = SampleImages.at(registry.origin());
        images.push("shop/cart", "1.0", CART);
        for (String text : List.of("sbom", "scan", "signature")) {
            images.pushReferrer("shop/cart", DIGEST.value(), Manifests.OCI_MANIFEST, text);
        }
        return registry;
    }

    private EmbeddedRegistry start(Personality personality) throws IOException {
        EmbeddedRegistry registry = EmbeddedRegistry.start(
                RegistryOptions.DEFAULT.withReferrersPerPage(1).being(personality));
        open.add(registry);
        return registry;
    }

    private HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(RegistrySettings.of(registry.host()).withPlainHttp(), time, time);
    }

    private void assertPromotedWithAWord(EmbeddedRegistry source, EmbeddedRegistry target) {
        HttpRegistry from = client(source);
        HttpRegistry to = client(target);
        Image image = new Image("shop/cart", DIGEST, "live/cart", Optional.empty());
        CopyPlan plan =
                copier.plan(from, to, List.of(image, new Image("shop/cart", DIGEST, "live/other", image.there())));
        assertThat(plan.notes()).isNotEmpty().allMatch(word -> word.contains("is not carried"));
        copier.carryOut(plan, from, to, CopyProgress.NONE);
        assertThat(target.manifest("live/cart", DIGEST.value())).isPresent();
    }

    /** The address of a next page may be good for a while only. */
    @ParameterizedTest
    @ValueSource(ints = {400, 403, 404})
    void pageThatIsRefusedIsTold(int status) throws IOException {
        Personality refusing = (request, rest) -> request.path().contains("/referrers/")
                        && request.parameter("from").isPresent()
                ? Reply.error(status, "PAGINATION_INVALID", "no such page")
                : rest.answer(request);
        assertPromotedWithAWord(holding(refusing), start((request, rest) -> rest.answer(request)));
    }

    /** At the target the same list says what is there already. */
    @Test
    void pageThatIsRefusedAtTheTargetIsTold() throws IOException {
        EmbeddedRegistry source = holding((request, rest) -> rest.answer(request));
        EmbeddedRegistry target = start((request, rest) -> request.path().contains("/referrers/")
                ? (request.parameter("from").isPresent()
                        ? Reply.error(400, "PAGINATION_INVALID", "no such page")
                        : Reply.json(200, "{\"manifests\":[]}")
                                .header("Content-Type", Manifests.OCI_INDEX)
                                .header("Link", "<" + request.path() + "?from=1>; rel=\"next\""))
                : rest.answer(request));
        assertPromotedWithAWord(source, target);
    }

    /** Harbor: an index that was promoted before and is blocked since gets another tag all the same. */
    @Test
    void indexThatMayNotBeReadAnyMoreIsThere() throws IOException {
        EmbeddedRegistry source = start((request, rest) -> rest.answer(request));
        EmbeddedRegistry target = start(Latecomers.blockingUnscanned());
        Digest index = new Digest(SampleImages.at(source.origin())
                .pushIndex("shop/cart", "1.0", List.of(CART, SampleImage.of("cart", "arm"))));
        copier.copy(client(source), "shop/cart", index, client(target), "live/cart");
        Image there = new Image(
                "shop/cart", index, "live/cart", Optional.of(new Registry.Descriptor(Manifests.OCI_INDEX, index, 1)));
        CopyPlan plan = copier.plan(client(source), client(target), List.of(there));
        assertThat(plan.missingImages()).isZero();
    }

    private static Personality ill(int times, int status) {
        return Oddities.refusing(
                times, status, "UNKNOWN", request -> request.path().contains("/referrers/"));
    }

    /** Some say so for ever of what they do not know (proxies before a registry). */
    @ParameterizedTest
    @ValueSource(ints = {408, 500, 502, 504})
    void listThatIsInTroubleForEverIsTold(int status) throws IOException {
        HttpRegistry from = client(holding(ill(Integer.MAX_VALUE, status)));
        EmbeddedRegistry target = start((request, rest) -> rest.answer(request));
        Image image = new Image("shop/cart", DIGEST, "live/cart", Optional.empty());
        CopyPlan plan = copier.plan(from, client(target), List.of(image));
        assertThat(plan.notes())
                .singleElement()
                .asString()
                .contains("only as far as tags list it", String.valueOf(status));
        copier.carryOut(plan, from, client(target), CopyProgress.NONE);
        assertThat(target.manifest("live/cart", DIGEST.value())).isPresent();
    }

    /** What is well again in a minute is waited for; one page may be it, too. */
    @Test
    void listThatIsInTroubleForAWhileIsWaitedFor() throws IOException {
        HttpRegistry from = client(holding(ill(7, 500)));
        EmbeddedRegistry target = start((request, rest) -> rest.answer(request));
        copier.copy(from, "shop/cart", DIGEST, client(target), "live/cart");
        assertThat(client(target).referrers("live/cart", DIGEST)).hasSize(3);
    }

    /** At the target what is carried is listed under the tag, as where there is no such list. */
    @Test
    void listOfTheTargetThatIsInTroubleKeepsNothingFromBeingCarried() throws IOException {
        HttpRegistry from = client(holding((request, rest) -> rest.answer(request)));
        EmbeddedRegistry target = start(ill(Integer.MAX_VALUE, 500));
        copier.copy(from, "shop/cart", DIGEST, client(target), "live/cart");
        assertThat(client(target).referrers("live/cart", DIGEST)).hasSize(3);
    }

    /** Every page has another one after it. */
    @Test
    void listThatNeverEndsIsTold() throws IOException {
        Personality endless = (request, rest) -> {
            Reply right = rest.answer(request);
            int page = request.parameter("page").map(Integer::parseInt).orElse(0);
            return request.path().contains("/referrers/")
                    ? right.header("Link", "<" + request.path() + "?page=" + (page + 1) + ">; rel=\"next\"")
                    : right;
        };
        assertPromotedWithAWord(holding(endless), start((request, rest) -> rest.answer(request)));
    }
}
