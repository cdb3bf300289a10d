package io.jenkins.plugins.releasetrain.testkit.registry;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;

/** What a registry holds. Thread safe. */
final class Contents {
    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private final Map<String, Set<String>> blobsOf = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Stored>> manifestsOf = new ConcurrentHashMap<>();
    private final Map<String, ConcurrentSkipListMap<String, String>> tagsOf = new ConcurrentHashMap<>();
    private final Map<String, ByteArrayOutputStream> uploads = new ConcurrentHashMap<>();

    record Stored(String mediaType, byte[] content, String digest) {}

    static String digest(byte[] content, String like) {
        boolean sha512 = like.startsWith("sha512:");
        try {
            byte[] hash =
                    MessageDigest.getInstance(sha512 ? "SHA-512" : "SHA-256").digest(content);
            return (sha512 ? "sha512:" : "sha256:") + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has it", e);
        }
    }

    Optional<byte[]> blob(String repository, String digest) {
        boolean held = blobsOf.getOrDefault(repository, Set.of()).contains(digest);
        return held ? Optional.ofNullable(blobs.get(digest)) : Optional.empty();
    }

    void putBlob(String repository, String digest, byte[] content) {
        blobs.put(digest, content);
        blobsOf.computeIfAbsent(repository, r -> ConcurrentHashMap.newKeySet()).add(digest);
    }

    boolean deleteBlob(String repository, String digest) {
        return blobsOf.getOrDefault(repository, Set.of()).remove(digest);
    }

    Optional<Stored> manifest(String repository, String reference) {
        String digest = reference.contains(":") ? reference : tags(repository).get(reference);
        return digest == null
                ? Optional.empty()
                : Optional.ofNullable(
                        manifestsOf.getOrDefault(repository, Map.of()).get(digest));
    }

    List<Stored> manifests(String repository) {
        return List.copyOf(manifestsOf.getOrDefault(repository, Map.of()).values());
    }

    void putManifest(String repository, Stored manifest) {
        manifestsOf.computeIfAbsent(repository, r -> new ConcurrentHashMap<>()).put(manifest.digest(), manifest);
    }

    boolean deleteManifest(String repository, String digest) {
        tags(repository).values().removeIf(digest::equals);
        return manifestsOf.getOrDefault(repository, Map.of()).remove(digest) != null;
    }

    void collectUntagged(String repository) {
        Map<String, Stored> manifests = manifestsOf.getOrDefault(repository, Map.of());
        Set<String> named = new ConcurrentSkipListSet<>(tags(repository).values());
        for (String tagged : tags(repository).values()) {
            String text = new String(manifests.get(tagged).content(), StandardCharsets.UTF_8);
            manifests.keySet().stream().filter(text::contains).forEach(named::add);
        }
        manifests.keySet().removeIf(digest -> !named.contains(digest));
    }

    boolean hasRepository(String repository) {
        return manifestsOf.containsKey(repository) || blobsOf.containsKey(repository);
    }

    Set<String> repositories() {
        return new ConcurrentSkipListSet<>(manifestsOf.keySet());
    }

    ConcurrentSkipListMap<String, String> tags(String repository) {
        return tagsOf.computeIfAbsent(repository, r -> new ConcurrentSkipListMap<>());
    }

    String beginUpload() {
        String id = UUID.randomUUID().toString();
        uploads.put(id, new ByteArrayOutputStream());
        return id;
    }

    Optional<ByteArrayOutputStream> upload(String id) {
        return Optional.ofNullable(uploads.get(id));
    }

    void endUpload(String id) {
        uploads.remove(id);
    }

    int openUploads() {
        return uploads.size();
    }
}
