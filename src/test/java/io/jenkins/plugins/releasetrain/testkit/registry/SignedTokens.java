package io.jenkins.plugins.releasetrain.testkit.registry;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Clock;
import java.util.Base64;
import java.util.UUID;
import java.util.function.Function;

/** Tokens as CNCF distribution wants them: JSON Web Tokens signed with RS256, the certificate in the {@code x5c} header. */
public record SignedTokens(LocalAuthority authority, String issuer, Clock clock)
        implements Function<TokenServer.Grant, String> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public String apply(TokenServer.Grant grant) {
        try {
            ObjectNode header = JSON.createObjectNode().put("typ", "JWT").put("alg", "RS256");
            header.putArray("x5c")
                    .add(Base64.getEncoder()
                            .encodeToString(authority.certificate().getEncoded()));
            String content = encoded(header) + "." + encoded(claims(grant));
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(authority.key());
            signature.update(content.getBytes(StandardCharsets.US_ASCII));
            return content + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform signs with RSA", e);
        }
    }

    private ObjectNode claims(TokenServer.Grant grant) {
        long now = clock.instant().getEpochSecond();
        ObjectNode claims = JSON.createObjectNode()
                .put("iss", issuer)
                .put("sub", grant.user())
                .put("aud", grant.service())
                .put("exp", now + 300)
                .put("nbf", now - 10)
                .put("iat", now)
                .put("jti", UUID.randomUUID().toString());
        ArrayNode access = claims.putArray("access");
        for (String scope : grant.scopes()) {
            String[] parts = scope.split(":");
            ArrayNode actions = access.addObject()
                    .put("type", parts[0])
                    .put("name", parts[1])
                    .putArray("actions");
            for (String action : parts[2].split(",")) {
                actions.add(action);
            }
        }
        return claims;
    }

    private static String encoded(ObjectNode json) {
        byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
