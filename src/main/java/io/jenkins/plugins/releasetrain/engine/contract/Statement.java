package io.jenkins.plugins.releasetrain.engine.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.releasetrain.engine.contract.ContractGate.Exchange;
import io.jenkins.plugins.releasetrain.engine.event.ContractFinding;
import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the gate found, as an in-toto statement (v1) with the predicate <i>Test Result</i> (v0.1); the same findings are the
 * same bytes. And what it is wrapped in: a DSSE envelope (v1), a Sigstore bundle (v0.3).
 */
final class Statement {
    static final String PREDICATE = "https://in-toto.io/attestation/test-result/v0.1";
    static final String PAYLOAD = "application/vnd.in-toto+json";
    static final String ENVELOPE = "application/vnd.dsse.envelope.v1+json";
    static final String BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

    private static final String TEST = "contract-compatibility";
    private static final ObjectMapper JSON = new ObjectMapper();

    private Statement() {}

    /** WARNED: nothing but warnings, or errors that somebody let pass. FAILED: errors where the policy only tells. */
    enum Result {
        PASSED,
        WARNED,
        FAILED
    }

    /**
     * What is said of an image.
     *
     * @param related what it was compared with, as {@code production}, and contracts, by what they are
     * @param waived whether somebody let the image pass whatever is found
     */
    record Of(Exchange exchange, Map<String, Digest> related, List<ContractFinding> findings, boolean waived) {
        Result result() {
            Severity worst = findings.stream()
                    .map(f -> Severity.valueOf(f.severity()))
                    .max(Severity::compareTo)
                    .orElse(Severity.INFO);
            return switch (worst) {
                case INFO -> Result.PASSED;
                case WARN -> Result.WARNED;
                case ERROR -> waived ? Result.WARNED : Result.FAILED;
            };
        }

        byte[] statement() {
            ObjectNode root = JSON.createObjectNode();
            root.put("_type", "https://in-toto.io/Statement/v1");
            resource(root.putArray("subject"), exchange.service(), exchange.after());
            root.put("predicateType", PREDICATE);
            ObjectNode predicate = root.putObject("predicate");
            predicate.put("result", result().name());
            ArrayNode configuration = predicate.putArray("configuration");
            new TreeMap<>(related).forEach((name, digest) -> resource(configuration, name, digest));
            ArrayNode passed = predicate.putArray("passedTests");
            ArrayNode warned = predicate.putArray("warnedTests");
            ArrayNode failed = predicate.putArray("failedTests");
            if (result() == Result.PASSED) {
                passed.add(TEST);
            }
            for (ContractFinding finding : findings) {
                switch (Severity.valueOf(finding.severity())) {
                    case WARN -> warned.add(Contracts.text(finding));
                    case ERROR -> (waived ? warned : failed).add(Contracts.text(finding));
                    default -> {
                        // breaks nobody
                    }
                }
            }
            return bytes(root);
        }

        private static void resource(ArrayNode list, String name, Digest digest) {
            ObjectNode resource = list.addObject().put("name", name);
            resource.putObject("digest").put(digest.algorithm(), digest.hex());
        }
    }

    /** What a signature is over: DSSE's pre-authentication encoding. */
    static byte[] preAuthentication(byte[] statement) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(("DSSEv1 " + PAYLOAD.length() + " " + PAYLOAD + " " + statement.length + " ")
                .getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(statement);
        return bytes.toByteArray();
    }

    /** Signed; the key has no id, as Cosign's have none. */
    static byte[] envelope(byte[] statement, SigningKey key) {
        ObjectNode envelope = JSON.createObjectNode();
        envelope.put("payloadType", PAYLOAD);
        envelope.put("payload", Base64.getEncoder().encodeToString(statement));
        byte[] signature = key.sign(preAuthentication(statement));
        envelope.putArray("signatures")
                .addObject()
                .put("keyid", "")
                .put("sig", Base64.getEncoder().encodeToString(signature));
        return bytes(envelope);
    }

    /** As Cosign 3 attaches it; the hint names no key, since whoever verifies brings it. */
    static byte[] bundle(byte[] envelope) {
        ObjectNode bundle = JSON.createObjectNode();
        bundle.put("mediaType", BUNDLE);
        bundle.putObject("verificationMaterial").putObject("publicKey").put("hint", "release-train");
        bundle.putRawValue(
                "dsseEnvelope",
                new com.fasterxml.jackson.databind.util.RawValue(new String(envelope, StandardCharsets.UTF_8)));
        return bytes(bundle);
    }

    private static byte[] bytes(ObjectNode node) {
        try {
            return JSON.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree of texts can be written", e);
        }
    }
}
