package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.testkit.registry.TokenServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several threads that are refused at once, in each order in which they may come. */
class AuthorizerTest {
    private static final String OURS = "repository:shop/cart:pull";
    private static final String THEIRS = "repository:inner-key/shop/cart:pull";
    private static final int SECOND = 2;

    private final HttpClient client = HttpClient.newHttpClient();
    private final Call call = Call.of(
            "read", "GET", URI.create("http://127.0.0.1:5000/v2/shop/cart/manifests/1"), Scope.pull("shop/cart"));
    private final Map<String, String> scopes = new HashMap<>();
    private TokenServer server;
    private Authorizer authorizer;
    private HttpHeaders challenge;

    @BeforeEach
    void start() throws IOException {
        server = TokenServer.start("ci", "secret");
        authorizer = new Authorizer(
                RegistrySettings.of("127.0.0.1:5000").withPlainHttp(), Clock.systemUTC(), this::unauthenticated);
        String value = "Bearer realm=\"" + server.realm() + "\",service=\"x\",scope=\"" + THEIRS + "\"";
        challenge = HttpHeaders.of(Map.of("WWW-Authenticate", List.of(value)), (name, v) -> true);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private HttpResponse<byte[]> unauthenticated(Call asked) {
        try {
            return client.send(HttpRequest.newBuilder(asked.uri()).build(), BodyHandlers.ofByteArray());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What a refused thread tries next; with the scope that its token is for. */
    private String next(String refused, int round) {
        int before = server.requests().size();
        String value = authorizer.challenged(call, challenge, refused, round).orElseThrow();
        if (server.requests().size() > before) {
            scopes.put(value, server.requests().get(before).query().get("scope").get(0));
        }
        return value;
    }

    @Test
    void aTokenThatAnotherThreadGotByTheRefusedWordsIsNotTried() {
        String first = next("", 1);
        String mine = next(first, 1);
        String another = next(mine, 1);
        assertThat(scopes).containsEntry(mine, OURS).containsEntry(another, OURS);

        String value = next(mine, SECOND);

        assertThat(scopes.get(value)).isEqualTo(THEIRS);
        assertThat(authorizer.header(call)).as("for everybody").isEqualTo(value);
        assertThat(next(another, SECOND)).isEqualTo(value);
    }
}
