package io.jenkins.plugins.releasetrain.testkit.registry;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A real image: config and layers that a container engine can unpack. The same values give the same digest.
 *
 * @param docker whether it is a Docker version 2 schema 2 image instead of an OCI one
 * @param layers uncompressed tar archives
 */
public record SampleImage(
        boolean docker,
        String architecture,
        SortedMap<String, String> labels,
        SortedMap<String, String> environment,
        List<byte[]> layers) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** An OCI image for linux/amd64 without labels and layers. */
    public static SampleImage empty() {
        return new SampleImage(false, "amd64", new TreeMap<>(), new TreeMap<>(), List.of());
    }

    /** A small image of a service: its name and version as labels, in the environment and in a file. */
    public static SampleImage of(String service, String version) {
        return empty().label("org.opencontainers.image.title", service)
                .label("org.opencontainers.image.version", version)
                .env("SERVICE", service)
                .env("VERSION", version)
                .file("etc/os-release", "ID=sample\n")
                .file("app/version", service + " " + version + "\n");
    }

    public SampleImage asDocker() {
        return new SampleImage(true, architecture, labels, environment, layers);
    }

    public SampleImage architecture(String other) {
        return new SampleImage(docker, other, labels, environment, layers);
    }

    public SampleImage label(String name, String value) {
        return new SampleImage(docker, architecture, with(labels, name, value), environment, layers);
    }

    public SampleImage env(String name, String value) {
        return new SampleImage(docker, architecture, labels, with(environment, name, value), layers);
    }

    /** One more layer with one text file. */
    public SampleImage file(String path, String text) {
        return layer(Map.of(path, text.getBytes(StandardCharsets.UTF_8)));
    }

    /** One more layer with that many bytes that do not compress; the same for the same seed. */
    public SampleImage random(long seed, int bytes) {
        byte[] content = new byte[bytes];
        new Random(seed).nextBytes(content);
        return layer(Map.of("data/" + seed, content));
    }

    /** @param files content by path without a leading slash */
    public SampleImage layer(Map<String, byte[]> files) {
        List<byte[]> more = new ArrayList<>(layers);
        more.add(Tar.archive(new TreeMap<>(files)));
        return new SampleImage(docker, architecture, labels, environment, List.copyOf(more));
    }

    /** What a registry holds of it: the manifest, and the blobs that it refers to. */
    public Content content() {
        List<byte[]> blobs = new ArrayList<>();
        ObjectNode manifest = JSON.createObjectNode().put("schemaVersion", 2).put("mediaType", mediaType());
        byte[] config = config();
        blobs.add(config);
        manifest.set("config", descriptor(type("image.config.v1+json", "container.image.v1+json"), config));
        ArrayNode list = manifest.putArray("layers");
        for (byte[] layer : layers) {
            byte[] zipped = Tar.gzip(layer);
            blobs.add(zipped);
            list.add(descriptor(type("image.layer.v1.tar+gzip", "image.rootfs.diff.tar.gzip"), zipped));
        }
        return new Content(mediaType(), bytes(manifest), blobs);
    }

    /** The image as {@code docker load} reads it. */
    public byte[] archive(String name) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("config.json", config());
        ObjectNode manifest = JSON.createObjectNode().put("Config", "config.json");
        manifest.putArray("RepoTags").add(name);
        ArrayNode list = manifest.putArray("Layers");
        for (int i = 0; i < layers.size(); i++) {
            String file = "layer" + i + ".tar";
            files.put(file, layers.get(i));
            list.add(file);
        }
        files.put("manifest.json", ("[" + manifest + "]").getBytes(StandardCharsets.UTF_8));
        return Tar.archive(files);
    }

    /** A manifest's bytes and the blobs to push before it. */
    public record Content(String mediaType, byte[] manifest, List<byte[]> blobs) {
        public String digest() {
            return digest(manifest);
        }

        /** The digest of one of the blobs. */
        public String digest(byte[] blob) {
            return Contents.digest(blob, "sha256:");
        }
    }

    public String mediaType() {
        return type("image.manifest.v1+json", "distribution.manifest.v2+json");
    }

    /** An index over images that are pushed as well; an OCI one unless all are Docker's. */
    static Content index(List<SampleImage> images) {
        boolean docker = images.stream().allMatch(SampleImage::docker);
        String type = docker
                ? "application/vnd.docker.distribution.manifest.list.v2+json"
                : "application/vnd.oci.image.index.v1+json";
        ObjectNode index = JSON.createObjectNode().put("schemaVersion", 2).put("mediaType", type);
        ArrayNode list = index.putArray("manifests");
        for (SampleImage image : images) {
            ObjectNode descriptor =
                    descriptor(image.mediaType(), image.content().manifest());
            descriptor.putObject("platform").put("os", "linux").put("architecture", image.architecture);
            list.add(descriptor);
        }
        return new Content(type, bytes(index), List.of());
    }

    private byte[] config() {
        ObjectNode config = JSON.createObjectNode()
                .put("created", "2026-01-01T00:00:00Z")
                .put("architecture", architecture)
                .put("os", "linux");
        ObjectNode run = config.putObject("config");
        ArrayNode env = run.putArray("Env").add("PATH=/usr/local/bin:/usr/bin:/bin");
        environment.forEach((name, value) -> env.add(name + "=" + value));
        ObjectNode labelNode = run.putObject("Labels");
        labels.forEach(labelNode::put);
        ObjectNode root = config.putObject("rootfs").put("type", "layers");
        ArrayNode ids = root.putArray("diff_ids");
        layers.forEach(layer -> ids.add(Contents.digest(layer, "sha256:")));
        return bytes(config);
    }

    private String type(String oci, String dockers) {
        return docker ? "application/vnd.docker." + dockers : "application/vnd.oci." + oci;
    }

    private static ObjectNode descriptor(String mediaType, byte[] content) {
        return JSON.createObjectNode()
                .put("mediaType", mediaType)
                .put("digest", Contents.digest(content, "sha256:"))
                .put("size", content.length);
    }

    private static byte[] bytes(ObjectNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static SortedMap<String, String> with(SortedMap<String, String> map, String name, String value) {
        SortedMap<String, String> more = new TreeMap<>(map);
        more.put(name, value);
        return more;
    }
}
