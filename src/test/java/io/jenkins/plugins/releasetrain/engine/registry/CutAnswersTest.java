package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.testkit.registry.Clouds;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Oddities;
import io.jenkins.plugins.releasetrain.testkit.registry.OldProxy;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of which nobody says how long they are, and whose connection ends too early, in order: nobody sees it but by the content. */
class CutAnswersTest {
    private static final SampleImage CART = SampleImage.of("cart", "1.0");
    private static final Digest DIGEST = new Digest(CART.content().digest());

    private final FakeTime time = new FakeTime();

    @RegisterExtension
    private final Opened open = new Opened();

    private OldProxy proxy;

    private HttpRegistry through(EmbeddedRegistry registry) throws IOException {
        proxy = open.add(new OldProxy(registry.host()));
        return new HttpRegistry(RegistrySettings.of(proxy.host()).withPlainHttp(), time, time);
    }

    /** Control: whole, it goes well. */
    @Test
    void whatIsWholeIsTaken() throws IOException {
        HttpRegistry client = through(open.holding(RegistryOptions.DEFAULT, CART));
        assertThat(client.tags("shop/cart")).containsExactly("1.0");
        assertThat(client.resolve("shop/cart", "1.0")).isPresent();
        assertThat(client.access("").answer()).isEqualTo(Registry.Access.Answer.CANNOT_TELL);
        EmbeddedRegistry target = open.start(RegistryOptions.DEFAULT);
        new HttpImageCopier(CopySettings.DEFAULT, Runnable::run)
                .copy(client, "shop/cart", DIGEST, Opened.client(target, time), "live/cart");
        assertThat(target.manifest("live/cart", DIGEST.value())).isPresent();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 20})
    void aListIsReadAgain(int bytes) throws IOException {
        HttpRegistry client = through(open.holding(RegistryOptions.DEFAULT, CART));
        proxy.cutNext(2, bytes, line -> line.contains("/tags/list"));
        assertThat(client.tags("shop/cart")).containsExactly("1.0");
    }

    /** What is cut for ever is no registry without tags. */
    @Test
    void I6_aListThatIsAlwaysCutIsNotEmpty() throws IOException {
        HttpRegistry client = through(open.holding(RegistryOptions.DEFAULT, CART));
        proxy.cutNext(Integer.MAX_VALUE, 0, line -> line.contains("/tags/list"));
        EngineException e = catchThrowableOfType(EngineException.class, () -> client.tags("shop/cart"));
        assertThat(e).isNotNull();
        assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE);
    }

    /** A registry that tells no digests: what is cut would have one of its own. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100})
    void I1_aManifestIsReadAgain(int bytes) throws IOException {
        HttpRegistry client =
                through(open.holding(RegistryOptions.DEFAULT.being(Oddities.without("Docker-Content-Digest")), CART));
        proxy.cutNext(2, bytes, line -> line.startsWith("GET") && line.contains("/manifests/"));
        assertThat(client.resolve("shop/cart", "1.0"))
                .map(Registry.Descriptor::digest)
                .hasValue(DIGEST);
        proxy.cutNext(2, bytes, line -> line.startsWith("GET") && line.contains("/manifests/"));
        assertThat(client.manifest("shop/cart", DIGEST.value())).isPresent();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10})
    void aTokenIsAskedForAgain(int bytes) throws IOException {
        HttpRegistry client = through(open.start(RegistryOptions.DEFAULT.being(Clouds.givingTokensItself("/token"))));
        proxy.cutNext(2, bytes, line -> line.contains("/token"));
        assertThat(client.resolveAll(List.of(new Registry.Tag("shop/cart", "1.0"))))
                .isEmpty();
    }

    /** What is attached stays attached where the list of it is cut. */
    @ParameterizedTest
    @ValueSource(ints = {0, 30})
    void aListOfReferrersIsReadAgain(int bytes) throws IOException {
        EmbeddedRegistry registry = open.holding(RegistryOptions.DEFAULT, CART);
        SampleImages.at(registry.origin())
                .pushReferrer("shop/cart", DIGEST.value(), Manifests.OCI_MANIFEST, "signature");
        HttpRegistry client = through(registry);
        proxy.cutNext(2, bytes, line -> line.contains("/referrers/"));
        assertThat(client.referrers("shop/cart", DIGEST)).hasSize(1);
    }
}
