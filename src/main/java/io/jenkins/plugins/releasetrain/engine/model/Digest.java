package io.jenkins.plugins.releasetrain.engine.model;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A content digest, {@code algorithm:hex}, as in the OCI image specification, "Digests". SHA-256 and SHA-512 are known.
 */
public record Digest(String value) implements Comparable<Digest> {
    private static final Pattern FORM = Pattern.compile("sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}");

    public Digest {
        if (value == null || !FORM.matcher(value).matches()) {
            throw EngineException.invalid(
                    "Not a digest: '" + value + "'; expected sha256:<64 hex> or sha512:<128 hex>");
        }
    }

    public static boolean isDigest(String text) {
        return FORM.matcher(text).matches();
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
