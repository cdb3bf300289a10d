package io.jenkins.plugins.releasetrain.engine.webhook;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The signature of Standard Webhooks (standardwebhooks.com, "Signature scheme"): {@code v1,} and the base64 form of
 * HMAC-SHA256 over {@code id.timestamp.body}.
 */
final class Signature {
    private static final String PREFIX = "whsec_";
    private static final String ALGORITHM = "HmacSHA256";

    private Signature() {}

    /**
     * @param secret {@code whsec_} and the key in base64, or any other text
     * @param timestamp seconds since 1970
     * @throws EngineException INVALID_INPUT where the secret is empty or not base64 after its prefix; without the secret
     */
    static String of(String secret, String id, long timestamp, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key(secret), ALGORITHM));
            mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
            return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has " + ALGORITHM, e);
        }
    }

    private static byte[] key(String secret) {
        byte[] key = null;
        try {
            key = secret.startsWith(PREFIX)
                    ? Base64.getDecoder().decode(secret.substring(PREFIX.length()))
                    : secret.getBytes(StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // told below, without its message, which has part of the secret
        }
        if (key == null || key.length == 0) {
            throw EngineException.invalid("The secret is empty, or is not base64 after 'whsec_'");
        }
        return key;
    }
}
