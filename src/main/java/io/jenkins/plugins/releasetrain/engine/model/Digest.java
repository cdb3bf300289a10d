package io.jenkins.plugins.releasetrain.engine.model;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A content digest, {@code algorithm:hex}, as in the OCI image specification, "Digests". SHA-256 and SHA-512 are known.
 */
public record Digest(String value) implements Comparable<Digest> {
    private static final int PREFIX = "sha256:".length();
    private static final int SHA256 = PREFIX + 64;
    private static final int SHA512 = PREFIX + 128;

    public Digest {
        if (value == null || !isDigest(value)) {
            throw EngineException.invalid(
                    "Not a digest: '" + value + "'; expected sha256:<64 hex> or sha512:<128 hex>");
        }
    }

    public static boolean isDigest(String text) {
        boolean known = text.startsWith("sha256:") && text.length() == SHA256
                || text.startsWith("sha512:") && text.length() == SHA512;
        return known && isHex(text);
    }

    // Not by a regular expression: a set of thousands of services has as many digests each time it is read.
    private static boolean isHex(String text) {
        for (int i = PREFIX; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    public static Digest sha256(byte[] content) {
        return new Digest("sha256:" + HexFormat.of().formatHex(newSha256().digest(content)));
    }

    public static Digest sha256(String content) {
        return sha256(content.getBytes(StandardCharsets.UTF_8));
    }

    /** {@code sha256} or {@code sha512}. */
    public String algorithm() {
        return value.substring(0, value.indexOf(':'));
    }

    public String hex() {
        return value.substring(value.indexOf(':') + 1);
    }

    /** The first twelve hex characters, for people. */
    public String abbreviated() {
        return hex().substring(0, 12);
    }

    /** A fresh digester of this digest's algorithm, to verify content while it streams. */
    public MessageDigest newDigester() {
        return newDigester("sha512".equals(algorithm()) ? "SHA-512" : "SHA-256");
    }

    private static MessageDigest newSha256() {
        return newDigester("SHA-256");
    }

    private static MessageDigest newDigester(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has " + name, e);
        }
    }

    @Override
    public int compareTo(Digest other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
