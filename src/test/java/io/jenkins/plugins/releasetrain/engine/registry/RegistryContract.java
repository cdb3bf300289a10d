package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import io.jenkins.plugins.releasetrain.engine.registry.ImageCopier.Report;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the engine's client must do with every registry: the embedded one, and real ones with every kind of access. */
abstract class RegistryContract {
    private static final Digest ABSENT = Digest.sha256("absent");

    /** The registry under test, which may be shared between tests: each uses repositories of its own. */
    interface Site {
        RegistrySettings settings();

        /** Whether it takes a blob from another of its repositories. */
        default boolean mounts() {
            return true;
        }

        /** Pushes to this registry independently of the client under test. */
        SampleImages images(String repository);
    }

    private ExecutorService threads;
    private ImageCopier copier;
    private String repository;
    private String otherRepository;
    private Registry registry;
    private EmbeddedRegistry peer;
    private Registry peerRegistry;

    abstract Site site();

    /** Whether the number of requests is that of a registry which says all that it may. */
    boolean countsRequests() {
        return true;
    }

    /** Whether the registry says which blobs it has. */
    boolean tellsBlobs() {
        return true;
    }

    /** Whether it says how long an answer to HEAD would be. */
    boolean tellsLengths() {
        return true;
    }

    @BeforeEach
    void connect() throws IOException {
        repository = "contract/" + UUID.randomUUID();
        otherRepository = "contract/other-" + UUID.randomUUID();
        threads = Executors.newFixedThreadPool(4);
        copier = new HttpImageCopier(CopySettings.DEFAULT.withoutReferrers(), threads);
        registry = new HttpRegistry(site().settings(), Clock.systemUTC(), Sleeper.real());
        peer = EmbeddedRegistry.start();
        peerRegistry =
                new HttpRegistry(RegistrySettings.of(peer.host()).withPlainHttp(), Clock.systemUTC(), Sleeper.real());
    }

    @AfterEach
    void disconnect() {
        peer.close();
        threads.shutdownNow();
    }

    private SampleImage image(String version) {
        return SampleImage.of("cart", version);
    }

    private Digest pushed(String tag) {
        return new Digest(site().images(repository).push(repository, tag, image(tag)));
    }

    @Test
    void resolves_a_tag_to_media_type_digest_and_size() {
        Digest digest = pushed("1.0");
        byte[] manifest = image("1.0").content().manifest();

        assertThat(registry.resolve(repository, "1.0"))
                .contains(new Descriptor(Manifests.OCI_MANIFEST, digest, tellsLengths() ? manifest.length : 0));
        assertThat(registry.resolve(repository, digest.value()))
                .map(Descriptor::digest)
                .contains(digest);
    }

    @Test
    void answers_empty_for_what_does_not_exist() {
        pushed("1.0");

        assertThat(registry.resolve(repository, "2.0")).isEmpty();
        assertThat(registry.resolve(repository, ABSENT.value())).isEmpty();
        assertThat(registry.manifest(repository, "2.0")).isEmpty();
        assertThat(registry.resolve(otherRepository, "1.0")).isEmpty();
        assertThat(registry.tags(otherRepository)).isEmpty();
    }

    @Test
    void names_the_blob_that_does_not_exist() {
        pushed("1.0");

        assertThatThrownBy(() -> registry.blob(repository, ABSENT))
                .isInstanceOfSatisfying(
                        EngineException.class,
                        e -> assertThat(e.kind())
                                // As a registry says it that hides what is not there.
                                .isIn(FailureKind.NOT_FOUND, FailureKind.UNAUTHENTICATED, FailureKind.FORBIDDEN))
                .hasMessageContaining(registry.host())
                .hasMessageContaining(repository + "@" + ABSENT);
    }

    @Test
    void resolves_many_tags_at_once_and_leaves_out_the_missing() {
        List<Tag> tags = new ArrayList<>();
        SampleImages images = site().images(repository);
        for (int i = 0; i < 20; i++) {
            images.push(repository, "v" + i, image("v" + i));
            tags.add(new Tag(repository, "v" + i));
        }
        tags.add(new Tag(repository, "missing"));

        Map<Tag, Descriptor> resolved = registry.resolveAll(tags);

        assertThat(resolved).hasSize(20);
        resolved.forEach((tag, descriptor) -> assertThat(descriptor.digest().value())
                .isEqualTo(image(tag.tag()).content().digest()));
    }

    /** By a condition where the registry understands it; what it says is true all the same. */
    @Test
    void I7_asks_again_for_what_stays_moves_comes_and_goes() {
        Digest stays = pushed("stays");
        pushed("moves");
        Tag moving = new Tag(repository, "moves");
        List<Tag> tags = List.of(new Tag(repository, "stays"), moving);
        Map<Tag, Descriptor> known = registry.resolveAll(tags);
        assertThat(registry.resolveAgain(known)).isEqualTo(known);

        Digest moved = new Digest(site().images(repository).push(repository, "moves", image("other")));
        Map<Tag, Descriptor> again = registry.resolveAgain(known);

        assertThat(again.get(tags.get(0)).digest()).isEqualTo(stays);
        assertThat(again.get(moving).digest()).isEqualTo(moved);
        assertThat(registry.resolveAgain(Map.of(
                        new Tag(repository, "gone"),
                        again.get(moving),
                        new Tag(otherRepository, "1"),
                        again.get(moving))))
                .isEmpty();
        assertThat(registry.resolveAgain(again)).isEqualTo(again);
    }

    @Test
    void I1_gives_a_manifest_with_its_exact_bytes() {
        Digest digest = pushed("1.0");

        Manifest manifest = registry.manifest(repository, "1.0").orElseThrow();

        assertThat(manifest.content()).isEqualTo(image("1.0").content().manifest());
        assertThat(Digest.sha256(manifest.content())).isEqualTo(digest);
        assertThat(manifest.descriptor().digest()).isEqualTo(digest);
    }

    @Test
    void reads_an_images_config() {
        pushed("1.0");
        Manifest manifest = registry.manifest(repository, "1.0").orElseThrow();
        Descriptor config = Manifests.read(manifest).blobs().get(0);

        String json = new String(registry.blob(repository, config.digest()), StandardCharsets.UTF_8);

        assertThat(json).contains("\"org.opencontainers.image.version\":\"1.0\"");
    }

    @Test
    void lists_tags() {
        pushed("1.0");
        pushed("1.1");

        assertThat(registry.tags(repository)).containsExactlyInAnyOrder("1.0", "1.1");
    }

    @Test
    void tags_a_manifest_that_is_there() {
        Digest first = pushed("1.0");
        pushed("1.1");

        registry.tag(repository, first, "stable");
        registry.tag(repository, first, "1.1");

        assertThat(registry.resolve(repository, "stable"))
                .map(Descriptor::digest)
                .contains(first);
        assertThat(registry.resolve(repository, "1.1")).map(Descriptor::digest).contains(first);
    }

    @Test
    void refuses_to_tag_what_is_not_there() {
        pushed("1.0");

        assertThatThrownBy(() -> registry.tag(repository, ABSENT, "stable"))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.NOT_FOUND))
                .hasMessageContaining(repository + ":stable");
        assertThat(registry.resolve(repository, "stable")).isEmpty();
    }

    @Test
    void takes_a_tag_away_or_says_that_it_cannot() {
        Digest digest = pushed("1.0");
        registry.tag(repository, digest, "stable");

        boolean removed = registry.untag(repository, "stable");

        assertThat(registry.resolve(repository, "stable").isPresent()).isEqualTo(!removed);
        assertThat(registry.resolve(repository, "1.0")).map(Descriptor::digest).contains(digest);
    }

    @Test
    void counts_its_traffic() {
        pushed("1.0");
        registry.resolve(repository, "1.0");
        Registry.Traffic before = registry.traffic();

        registry.resolve(repository, "1.0");
        byte[] manifest = registry.manifest(repository, "1.0").orElseThrow().content();

        Registry.Traffic traffic = registry.traffic().minus(before);
        assertThat(traffic.bytesReceived()).isGreaterThanOrEqualTo(manifest.length);
        assertThat(traffic.requests()).isGreaterThanOrEqualTo(2);
        if (countsRequests()) {
            assertThat(traffic).isEqualTo(new Registry.Traffic(2, manifest.length, 0));
        }
    }

    @Test
    void I1_copies_an_image_in_with_its_digest() {
        SampleImage image = image("1.0").random(1, 300_000);
        Digest digest = new Digest(SampleImages.at(peer.origin()).push("shop/cart", "1.0", image));

        Report report = copier.copy(peerRegistry, "shop/cart", digest, registry, repository);

        assertThat(report.copiedBlobs()).isEqualTo(4);
        assertThat(report.copiedManifests()).isEqualTo(1);
        assertThat(report.bytes())
                .isEqualTo(image.content().blobs().stream()
                        .mapToLong(b -> b.length)
                        .sum());
        assertHolds(registry, repository, digest);
    }

    @Test
    void I6_copying_moves_no_tag() {
        Digest digest = new Digest(SampleImages.at(peer.origin()).push("shop/cart", "1.0", image("1.0")));

        copier.copy(peerRegistry, "shop/cart", digest, registry, repository);

        assertThat(registry.resolve(repository, digest.value())).isPresent();
        assertThat(registry.tags(repository)).isEmpty();
    }

    @Test
    void I1_copies_a_docker_image_with_its_digest() {
        Digest digest = new Digest(SampleImages.at(peer.origin())
                .push("shop/cart", "1.0", image("1.0").asDocker()));

        copier.copy(peerRegistry, "shop/cart", digest, registry, repository);

        assertThat(registry.resolve(repository, digest.value()))
                .map(Descriptor::mediaType)
                .contains(Manifests.DOCKER_MANIFEST);
        assertHolds(registry, repository, digest);
    }

    @Test
    void I1_copies_whole_indexes_with_their_digests() {
        List<SampleImage> platforms = List.of(image("1.0"), image("1.0").architecture("arm64"));
        List<SampleImage> docker = platforms.stream().map(SampleImage::asDocker).toList();
        SampleImages images = SampleImages.at(peer.origin());
        Digest oci = new Digest(images.pushIndex("shop/cart", "oci", platforms));
        Digest list = new Digest(images.pushIndex("shop/cart", "docker", docker));

        Report report = copier.copy(peerRegistry, "shop/cart", oci, registry, repository);
        copier.copy(peerRegistry, "shop/cart", list, registry, repository);

        assertThat(report.copiedManifests()).isEqualTo(3);
        assertHolds(registry, repository, oci);
        assertHolds(registry, repository, list);
    }

    @Test
    void copying_again_costs_one_request() {
        Digest digest = new Digest(SampleImages.at(peer.origin()).push("shop/cart", "1.0", image("1.0")));
        copier.copy(peerRegistry, "shop/cart", digest, registry, repository);
        long before = registry.traffic().requests() + peerRegistry.traffic().requests();

        Report report = copier.copy(peerRegistry, "shop/cart", digest, registry, repository);

        assertThat(report).isEqualTo(Report.NOTHING);
        assertThat(registry.traffic().requests() + peerRegistry.traffic().requests() - before)
                .isLessThanOrEqualTo(countsRequests() ? 1 : 2);
    }

    @Test
    void copies_within_the_registry_without_moving_a_byte() {
        Digest digest = pushed("1.0");

        Report report = copier.copy(registry, repository, digest, registry, otherRepository);

        assertThat(report.copiedManifests()).isEqualTo(1);
        assertThat(report.mountedBlobs()).isEqualTo(site().mounts() ? 3 : 0);
        assertThat(report.copiedBlobs()).isEqualTo(site().mounts() ? 0 : 3);
        assertHolds(registry, otherRepository, digest);
    }

    @Test
    void mounts_what_it_brought_to_another_repository_before() {
        SampleImages images = SampleImages.at(peer.origin());
        Digest cart = new Digest(images.push("shop/cart", "1.0", image("1.0")));
        Digest pay = new Digest(images.push("shop/pay", "1.0", image("1.0").file("pay", "pay")));
        copier.copy(peerRegistry, "shop/cart", cart, registry, repository);

        Report report = copier.copy(peerRegistry, "shop/pay", pay, registry, otherRepository);

        assertThat(report.mountedBlobs()).isEqualTo(site().mounts() ? 2 : 0);
        assertThat(report.copiedBlobs()).isEqualTo(site().mounts() ? 2 : 4);
        assertHolds(registry, otherRepository, pay);
    }

    @Test
    void a_new_copier_finds_the_blobs_that_are_there() {
        SampleImages images = SampleImages.at(peer.origin());
        Digest first = new Digest(images.push("shop/cart", "1.0", image("1.0")));
        Digest second = new Digest(images.push("shop/cart", "1.1", image("1.0").file("more", "more")));
        copier.copy(peerRegistry, "shop/cart", first, registry, repository);

        Report report = new HttpImageCopier(CopySettings.DEFAULT, threads)
                .copy(peerRegistry, "shop/cart", second, registry, repository);

        if (tellsBlobs()) {
            assertThat(report.skippedBlobs()).isEqualTo(2);
            assertThat(report.copiedBlobs()).isEqualTo(2);
        }
        assertHolds(registry, repository, second);
    }

    @Test
    void I1_copies_an_image_out_with_its_digest() {
        Digest digest = pushed("1.0");

        copier.copy(registry, repository, digest, peerRegistry, "shop/cart");

        assertHolds(peerRegistry, "shop/cart", digest);
    }

    @Test
    void copies_an_image_with_an_empty_blob() {
        SampleImages images = SampleImages.at(peer.origin());
        String config = images.pushBlob("shop/cart", "{}".getBytes(StandardCharsets.UTF_8));
        String empty = images.pushBlob("shop/cart", new byte[0]);
        byte[] manifest = ("{\"schemaVersion\":2,\"mediaType\":\"" + Manifests.OCI_MANIFEST
                        + "\",\"config\":{\"mediaType\":"
                        + "\"application/vnd.oci.image.config.v1+json\",\"digest\":\"" + config + "\",\"size\":2},"
                        + "\"layers\":[{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\",\"digest\":\"" + empty
                        + "\",\"size\":0}]}")
                .getBytes(StandardCharsets.UTF_8);
        Digest digest = new Digest(images.pushManifest("shop/cart", "1.0", Manifests.OCI_MANIFEST, manifest));

        copier.copy(peerRegistry, "shop/cart", digest, registry, repository);

        assertHolds(registry, repository, digest);
    }

    @Test
    void carries_a_signature_in_and_out_again() {
        SampleImages images = SampleImages.at(peer.origin());
        Digest image = new Digest(images.push("shop/cart", "1.0", image("1.0")));
        Digest signature =
                new Digest(images.pushReferrer("shop/cart", image.value(), Manifests.OCI_MANIFEST, "signed"));
        ImageCopier carrying = new HttpImageCopier(CopySettings.DEFAULT, threads);

        carrying.copy(peerRegistry, "shop/cart", image, registry, repository);
        carrying.copy(registry, repository, image, peerRegistry, "live/cart");

        assertHolds(registry, repository, signature);
        assertHolds(peerRegistry, "live/cart", signature);
        assertThat(carrying.copy(registry, repository, image, peerRegistry, "live/cart"))
                .isEqualTo(Report.NOTHING);
    }

    /** Reads everything that the digest stands for; every read proves its own digest. */
    private static void assertHolds(Registry holder, String repository, Digest digest) {
        Optional<Manifest> manifest = holder.manifest(repository, digest.value());
        assertThat(manifest).isPresent();
        Manifests.Content content = Manifests.read(manifest.get());
        content.manifests().forEach(child -> assertHolds(holder, repository, child.digest()));
        for (Descriptor blob : content.blobs()) {
            assertThat((long) holder.blob(repository, blob.digest()).length).isEqualTo(blob.size());
        }
    }
}
