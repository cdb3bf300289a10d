package io.jenkins.plugins.releasetrain.engine.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A gateway that needs a while to follow a route that it has accepted. */
class HttpProbeTest {
    private static final Digest DIGEST = Digest.sha256("cart2");
    private static final Probe.Target CART = new Probe.Target("cart", "cart-1a2b3c", DIGEST, "l1-1");

    private final ManualClock clock = new ManualClock();
    private final AtomicInteger asked = new AtomicInteger();
    private HttpServer gateway;
    /** By the number of the request that carries the baggage, from 1. */
    private Function<Integer, String> answers = n -> "baseline";

    @BeforeEach
    void start() throws IOException {
        gateway = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        gateway.createContext("/shop/cart/whoami", this::answer);
        gateway.start();
    }

    @AfterEach
    void stop() {
        gateway.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String baggage = exchange.getRequestHeaders().getFirst("baggage");
        String body = "release-tenant=l1-1".equals(baggage) ? answers.apply(asked.incrementAndGet()) : "cart-5d-xyz";
        exchange.getResponseHeaders().add("X-Pod", body);
        byte[] bytes = ("hello from " + body).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Optional<String> probe(String expect) throws InterruptedException {
        HttpProbe probe = new HttpProbe(
                HttpClient.newHttpClient(),
                "http://127.0.0.1:" + gateway.getAddress().getPort() + "/shop/",
                new HttpProbe.Settings("/{service}/whoami", expect),
                clock,
                clock::advance);
        return probe.await(List.of(CART), Duration.ofMinutes(1));
    }

    @Test
    void B33_testsBeginWhenTheCandidateAnswersThreeTimesInARow() throws Exception {
        answers = n -> n < 4 || n == 6 ? "cart-5d-xyz" : "cart-1a2b3c-7f9-abc";
        assertThat(probe("from {candidate}-")).isEmpty();
        assertThat(asked).hasValue(9);
    }

    @Test
    void B33_aGatewayThatDoesNotFollowUntilTheDeadlineIsTold() throws Exception {
        assertThat(probe("{candidate}"))
                .hasValueSatisfying(why -> assertThat(why)
                        .contains(
                                "do not reach the candidate of cart", "/shop/cart/whoami", "cart-1a2b3c", "HTTP 200"));
        assertThat(clock.instant()).isEqualTo(new ManualClock().instant().plus(Duration.ofMinutes(1)));
    }

    @Test
    void B33_whatTheBaselineSaysTooProvesNothing() throws Exception {
        answers = n -> "l1-1";
        gateway.removeContext("/shop/cart/whoami");
        gateway.createContext("/shop/cart/whoami", exchange -> {
            byte[] bytes = "any l1-1".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        assertThat(probe("{tenant}"))
                .hasValueSatisfying(
                        why -> assertThat(why).contains("without the lane's baggage too", "proves nothing"));
    }

    @Test
    void aHeaderShowsTheCandidateAsWell() throws Exception {
        answers = n -> DIGEST.value();
        assertThat(probe("x-pod: {digest}")).isEmpty();
    }

    @Test
    void nobodyThereIsToldToo() throws Exception {
        gateway.stop(0);
        assertThat(probe("{candidate}"))
                .hasValueSatisfying(why -> assertThat(why).contains("do not reach", "nothing"));
    }

    @Test
    void whatCouldProveNothingIsRefused() {
        assertThatThrownBy(() -> new HttpProbe.Settings("whoami", "{candidate}"))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("'whoami' is no path");
        assertThatThrownBy(() -> new HttpProbe.Settings("/who am i", "{candidate}"))
                .hasMessageContaining("no path");
        assertThatThrownBy(() -> new HttpProbe.Settings("/whoami", "ok"))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("does not tell a candidate from the baseline");
    }
}
