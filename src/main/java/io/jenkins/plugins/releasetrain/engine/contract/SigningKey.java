package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An ECDSA key on the curve P-256, as {@code cosign --key} verifies what it signed. Its text is never told. */
public final class SigningKey {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z ]*PRIVATE KEY)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final String CURVE = "secp256r1";
    private static final String HOW = "; make one by 'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256'";

    /** PKCS #8 says version 0 and "id-ecPublicKey on prime256v1" before a key as OpenSSL's {@code ecparam} writes it. */
    private static final byte[] HEAD = HexFormat.of().parseHex("020100301306072a8648ce3d020106082a8648ce3d030107");

    private final PrivateKey key;

    private SigningKey(PrivateKey key) {
        this.key = key;
    }

    /**
     * Reads a private key.
     *
     * @param pem PKCS #8 ({@code PRIVATE KEY}) or SEC 1 ({@code EC PRIVATE KEY}), without a password
     * @throws EngineException INVALID_INPUT: it is none; nothing of the text is in the message
     */
    public static SigningKey ofPem(String pem) {
        Matcher block = BLOCK.matcher(pem);
        if (!block.find()) {
            throw EngineException.invalid("The key that signs is no private key in PEM" + HOW);
        }
        byte[] der = decode(block.group(2));
        return switch (block.group(1)) {
            case "PRIVATE KEY" -> of(der);
            case "EC PRIVATE KEY" -> of(pkcs8(der));
            default ->
                throw EngineException.invalid("The key that signs is of the kind '" + block.group(1)
                        + "', but must be an ECDSA key without a password: whoever keeps it keeps it safe" + HOW);
        };
    }

    private static byte[] decode(String base64) {
        try {
            return Base64.getMimeDecoder().decode(base64.getBytes(StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            throw EngineException.invalid("The key that signs is not whole" + HOW);
        }
    }

    private static SigningKey of(byte[] pkcs8) {
        try {
            PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            AlgorithmParameters wanted = AlgorithmParameters.getInstance("EC");
            wanted.init(new ECGenParameterSpec(CURVE));
            ECParameterSpec curve = wanted.getParameterSpec(ECParameterSpec.class);
            if (key instanceof ECPrivateKey ec && ec.getParams().getCurve().equals(curve.getCurve())) {
                return new SigningKey(key);
            }
        } catch (GeneralSecurityException e) {
            // told below: the cause may quote the key
        }
        throw EngineException.invalid("The key that signs is no ECDSA key on the curve P-256" + HOW);
    }

    private static byte[] pkcs8(byte[] sec1) {
        return der(0x30, concatenated(HEAD, der(0x04, sec1)));
    }

    private static byte[] der(int type, byte[] content) {
        // In DER a length has no more bytes than it needs.
        byte[] head = content.length < 0x80
                ? new byte[] {(byte) type, (byte) content.length}
                : content.length < 0x100
                        ? new byte[] {(byte) type, (byte) 0x81, (byte) content.length}
                        : new byte[] {(byte) type, (byte) 0x82, (byte) (content.length >> 8), (byte) content.length};
        return concatenated(head, content);
    }

    private static byte[] concatenated(byte[] first, byte[] second) {
        byte[] all = new byte[first.length + second.length];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    /** SHA-256 with ECDSA, in DER. */
    byte[] sign(byte[] message) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("A key on P-256 can sign", e);
        }
    }
}
