package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.Fronts;
import io.jenkins.plugins.releasetrain.testkit.registry.Oddities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personality;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.Reply;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ways of registries, and of what stands before them, that are in no specification. */
class RegistryWaysTest {
    private static final int MEGABYTE = 1 << 20;
    private static final SampleImage CART =
            SampleImage.empty().random(1, 5 * MEGABYTE).file("app", "cart");
    private static final Digest DIGEST = new Digest(CART.content().digest());

    private final FakeTime time = new FakeTime();
    private final RegistryConnections connections = new RegistryConnections(time, time, () -> 0);
    private final HttpImageCopier copier = new HttpImageCopier(CopySettings.DEFAULT, Runnable::run);
    private final List<EmbeddedRegistry> open = new ArrayList<>();

    @AfterEach
    void close() {
        open.forEach(EmbeddedRegistry::close);
    }

    private EmbeddedRegistry start(Personality... personalities) throws IOException {
        RegistryOptions options = RegistryOptions.DEFAULT;
        for (Personality personality : personalities) {
            options = options.being(personality);
        }
        return start(options);
    }

    private EmbeddedRegistry start(RegistryOptions options) throws IOException {
        EmbeddedRegistry registry = EmbeddedRegistry.start(options);
        open.add(registry);
        return registry;
    }

    private EmbeddedRegistry holding(Personality... personalities) throws IOException {
        EmbeddedRegistry registry = start(personalities);
        SampleImages.at(registry.origin()).push("shop/cart", "1.0", CART);
        return registry;
    }

    private HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(RegistrySettings.of(registry.host()).withPlainHttp(), connections);
    }

    private void copy(EmbeddedRegistry source, EmbeddedRegistry target) {
        copy(source, client(target));
        assertThat(target.manifest("live/cart", DIGEST.value())).isPresent();
    }

    private void copy(EmbeddedRegistry source, HttpRegistry target) {
        copier.copy(client(source), "shop/cart", DIGEST, target, "live/cart");
    }

    private static EngineException failure(FailureKind kind, ThrowingCallable action) {
        EngineException e = catchThrowableOfType(EngineException.class, action);
        assertThat(e).isNotNull();
        assertThat(e.kind()).as(e.getMessage()).isEqualTo(kind);
        return e;
    }

    private static List<EmbeddedRegistry.Exchange> sent(EmbeddedRegistry registry, String method) {
        return registry.exchanges().stream()
                .filter(e -> e.method().equals(method) && e.path().contains("/uploads/"))
                .toList();
    }

    @Test
    void RG_9_successes_of_readers_are_taken_by_their_class() throws IOException {
        EmbeddedRegistry source = holding(Personalities.readingAs(203));
        EmbeddedRegistry target = start(Personalities.readingAs(203));
        copy(source, target);
        assertThat(client(source).tags("shop/cart")).containsExactly("1.0");
        assertThat(client(source).resolve("shop/cart", "1.0").orElseThrow().digest())
                .isEqualTo(DIGEST);
        assertThat(client(source).access("").answer()).isEqualTo(Registry.Access.Answer.CANNOT_TELL);
        // What is there already is found.
        long changes = target.exchanges().stream()
                .filter(e -> e.method().equals("PUT"))
                .count();
        copy(source, target);
        assertThat(target.exchanges().stream().filter(e -> e.method().equals("PUT")))
                .hasSize((int) changes);
    }

    /** A build named a tag; a list without it is one of what was pulled through a cache. */
    @Test
    void a_cache_that_lists_some_of_its_tags_is_asked_by_name() throws IOException {
        EmbeddedRegistry source =
                start(RegistryOptions.DEFAULT.withoutReferrers().being(Fronts.listingWhatWasPulled()));
        SampleImages images = SampleImages.at(source.origin());
        List.of("v1", "v2").forEach(tag -> images.push("shop/cart", tag, CART));
        String signature = Attachments.tag(DIGEST) + ".sig";
        images.push("shop/cart", signature, SampleImage.of("signature", "1"));
        HttpRegistry from = client(source);
        from.manifest("shop/cart", "v1");
        from.resolve("shop/cart", "v2");
        EmbeddedRegistry target = start();

        copier.copy(from, "shop/cart", DIGEST, client(target), "live/cart");

        assertThat(target.tags("live/cart")).containsKey(signature);
    }

    /** A proxy's limit is found once, and the next blobs are sent in parts at once. */
    @ParameterizedTest
    @ValueSource(ints = {300 << 10, MEGABYTE, 4 * MEGABYTE, 5 * MEGABYTE})
    void blobs_go_in_parts_where_bodies_are_limited(int most) throws IOException {
        EmbeddedRegistry target = start(Personalities.limitingBodies(most));
        HttpRegistry client = client(target);
        EmbeddedRegistry source = holding();

        copy(source, client);

        assertThat(target.manifest("live/cart", DIGEST.value())).isPresent();
        assertThat(target.openUploadsAtLast()).isZero();
        long refused =
                sent(target, "PUT").stream().filter(e -> e.status() == 413).count();
        assertThat(refused).isLessThanOrEqualTo(1);
        target.forgetExchanges();
        SampleImage other = SampleImage.empty().random(2, 5 * MEGABYTE);
        SampleImages.at(source.origin()).push("shop/cart", "2.0", other);
        copier.copy(client(source), "shop/cart", new Digest(other.content().digest()), client, "live/cart");
        assertThat(target.exchanges())
                .extracting(EmbeddedRegistry.Exchange::status)
                .doesNotContain(413);
    }

    @Test
    void a_limit_that_no_part_can_keep_is_told() throws IOException {
        EmbeddedRegistry target = start(Personalities.limitingBodies(100 << 10));

        assertThat(failure(FailureKind.TOO_LARGE, () -> copy(holding(), client(target))))
                .hasMessageContaining("413")
                .hasMessageContaining("limits the size");
        assertThat(target.openUploadsAtLast()).isZero();
    }

    /** Between a proxy's limit and the least that the registry takes (distribution specification 1.1, OCI-Chunk-Min-Length). */
    @ParameterizedTest
    @CsvSource({"1600, 1500", "1600, 1600", "300, 260"})
    void parts_are_as_large_as_the_registry_wants_them(int most, int least) throws IOException {
        EmbeddedRegistry target =
                start(Oddities.wantingParts((long) least << 10), Personalities.limitingBodies((long) most << 10));

        copy(holding(), target);

        assertThat(sent(target, "PATCH"))
                .extracting(EmbeddedRegistry.Exchange::status)
                .doesNotContain(416);
    }

    @Test
    void a_limit_below_the_least_part_is_told() throws IOException {
        EmbeddedRegistry target = start(Oddities.wantingParts(2 * MEGABYTE), Personalities.limitingBodies(MEGABYTE));

        failure(FailureKind.TOO_LARGE, () -> copy(holding(), client(target)));
    }

    @ParameterizedTest
    @CsvSource({"404, false", "404, true", "416, false", "416, true"})
    void an_upload_that_the_registry_forgot_begins_again(int status, boolean inParts) throws IOException {
        EmbeddedRegistry target = inParts
                ? start(Personalities.limitingBodies(MEGABYTE), Personalities.forgettingUploads(2, status))
                : start(Personalities.forgettingUploads(2, status));

        copy(holding(), target);
    }

    @Test
    void a_blob_that_the_source_has_lost_is_looked_for_once() throws IOException {
        EmbeddedRegistry source = holding();
        source.failNext(
                99, r -> r.is("GET", "/blobs/"), Failure.status(404, "BLOB_UNKNOWN", "blob unknown to registry"));

        failure(FailureKind.NOT_FOUND, () -> copy(source, client(start())));

        assertThat(time.sleeps()).isEmpty();
    }

    @Test
    void a_change_that_is_redirected_is_made_where_it_is_to_be() throws IOException {
        EmbeddedRegistry target = start(Personalities.redirectingChanges());

        copy(holding(), target);
        client(target).tag("live/cart", DIGEST, "1");

        assertThat(target.tags("live/cart")).containsEntry("1", DIGEST.value());
    }

    @Test
    void what_is_compressed_on_its_way_is_the_same() throws IOException {
        EmbeddedRegistry source = holding(Personalities.zipping());

        assertThat(client(source).tags("shop/cart")).containsExactly("1.0");
        copy(source, start(Personalities.zipping()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/octet-stream", "text/plain; charset=utf-8"})
    void a_type_that_says_nothing_is_read_from_the_content(String type) throws IOException {
        EmbeddedRegistry source = holding(Personalities.callingManifests(type));

        assertThat(client(source).resolve("shop/cart", "1.0"))
                .map(Descriptor::mediaType)
                .contains(CART.content().mediaType());
        copy(source, start(Personalities.callingManifests(type)));
    }

    @Test
    void digests_of_another_kind_are_compared_by_the_content() throws IOException {
        EmbeddedRegistry source = holding(Personalities.namingOtherDigests());

        copy(source, start(Personalities.namingOtherDigests()));
    }

    @Test
    void a_list_that_never_ends_is_read_once() throws IOException {
        EmbeddedRegistry registry = holding(Personalities.repeatingPages());
        registry.forgetExchanges();

        assertThat(client(registry).tags("shop/cart")).containsExactly("1.0");
        assertThat(registry.exchanges()).hasSizeLessThan(4);
    }

    @Test
    void I1_a_part_that_begins_elsewhere_is_put_in_its_place() throws IOException {
        EmbeddedRegistry source = holding(Personalities.givingRangesFromTheBeginning());
        source.failNext(1, r -> r.is("GET", "/blobs/"), Failure.cut(MEGABYTE / 2));

        copy(source, start());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void what_is_seen_late_is_waited_for(boolean tellsDigests) throws IOException {
        RegistryOptions options = RegistryOptions.DEFAULT.being(Personalities.showingLate(2));
        EmbeddedRegistry target = start(tellsDigests ? options : options.withoutDigestHeaders());
        HttpRegistry client = client(target);

        copy(holding(), client);
        client.tag("live/cart", DIGEST, "1");

        assertThat(target.tags("live/cart")).containsEntry("1", DIGEST.value());
    }

    @Test
    void blobs_that_are_seen_late_are_waited_for() throws IOException {
        EmbeddedRegistry target = start();
        target.failNext(
                3, r -> r.is("PUT", "/manifests/"), Failure.status(404, "MANIFEST_BLOB_UNKNOWN", "blob unknown"));

        copy(holding(), target);
        assertThat(time.sleeps()).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void a_repository_that_has_to_be_made_first_is_named() throws IOException {
        EmbeddedRegistry target = start((request, rest) -> request.is("POST", "/uploads/")
                ? Reply.error(404, "NAME_UNKNOWN", "The repository with name 'live/cart' does not exist")
                : rest.answer(request));

        assertThat(failure(FailureKind.NOT_FOUND, () -> copy(holding(), client(target))))
                .hasMessageContaining("live/cart")
                .hasMessageContaining("Create the repository first");
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void I7_a_tag_that_is_listed_and_hidden_is_not_absent(int status) throws IOException {
        HttpRegistry client = client(holding(Personalities.blockingTag("1.0", status)));

        assertThat(failure(FailureKind.FORBIDDEN, () -> client.resolve("shop/cart", "1.0")))
                .hasMessageContaining("the tag is listed")
                .hasMessageContaining("right to repository:shop/cart:");
        failure(FailureKind.FORBIDDEN, () -> client.resolveAll(List.of(new Tag("shop/cart", "1.0"))));
        assertThat(client.resolve("shop/cart", "2.0")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void I7_where_nothing_is_shown_nobody_can_tell(int status) throws IOException {
        HttpRegistry client = client(holding(Personalities.takingOnly(status)));

        assertThat(client.resolve("shop/cart", "1.0")).isEmpty();
        assertThat(failure(FailureKind.FORBIDDEN, () -> client.resolveBeside("shop/cart", "1.0", DIGEST)))
                .hasMessageContaining("cannot be compared");
    }

    @ParameterizedTest
    @CsvSource({
        "/v2/a/blobs/uploads/u1?_state=x, https://registry.example/v2/a/blobs/uploads/u1?_state=x",
        "u1, https://registry.example/v2/a/blobs/uploads/u1",
        "?_state=x, https://registry.example/v2/a/blobs/uploads/?_state=x",
        "//registry.example/v2/a/u1, https://registry.example/v2/a/u1",
        "http://registry.example/v2/a/u1?x=1, https://registry.example/v2/a/u1?x=1",
        "http://REGISTRY.example:80/v2/a/u1, https://registry.example/v2/a/u1",
        "https://store.example/b|c?sig=a b%2F, https://store.example/b%7Cc?sig=a%20b%2F",
        "https://store.example/x?n=%zz, https://store.example/x?n=%25zz"
    })
    void locations_are_taken_as_they_are_meant(String location, URI meant) {
        Transport transport = new Transport(RegistrySettings.of("registry.example"), connections);
        Call call = Call.of("push", "POST", transport.uri("/v2/a/blobs/uploads/"));

        assertThat(transport.target(call, location)).isEqualTo(meant);
    }

    @Test
    void I9_no_location_leads_from_tls_to_plain_http_of_another() {
        Transport transport = new Transport(RegistrySettings.of("registry.example"), connections);
        Call call = Call.of("push", "POST", transport.uri("/v2/a/blobs/uploads/"));

        failure(FailureKind.TLS, () -> transport.target(call, "http://store.example/x"));
    }
}
