package io.jenkins.plugins.releasetrain.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.history.HistoryApi;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PagesServerTest {
    private SqlStore store;
    private PagesServer server;

    @BeforeEach
    void open() throws IOException {
        store = SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
        server = new PagesServer(new HistoryApi(store, Clock.systemUTC()), 0);
    }

    @AfterEach
    void close() {
        server.close();
        store.close();
    }

    private String ask(String line, String host, String... headers) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.origin().getPort())) {
            String request = line + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n"
                    + String.join("", headers) + "\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String host() {
        return "127.0.0.1:" + server.origin().getPort();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/pages.js", "/pages.css", "/dom.js", "/pictures.js", "/api/now"})
    void everythingIsServedUnderAStrictPolicy(String path) throws IOException {
        String answer = ask("GET " + path, host());
        assertThat(answer).startsWith("HTTP/1.1 200");
        assertThat(answer.toLowerCase(Locale.ROOT))
                .contains("content-security-policy: default-src 'self'", "x-content-type-options: nosniff");
    }

    @Test
    void pageHasNoInlineScriptOrStyle() throws IOException {
        String page = ask("GET /", host());
        assertThat(page)
                .doesNotContain("<style", " style=", "onclick", "<script>")
                .contains("<script type=\"module\" src");
    }

    @Test
    void unchangedAnswerIsNotSentAgain() throws IOException {
        String first = ask("GET /api/now", host());
        String etag = first.replaceAll("(?is).*\netag: (\\S+).*", "$1");
        assertThat(ask("GET /api/now", host(), "If-None-Match: " + etag + "\r\n"))
                .startsWith("HTTP/1.1 304");
    }

    @Test
    void onlyGetIsAnsweredAndOnlyUnderItsOwnName() throws IOException {
        assertThat(ask("POST /api/now", host(), "Content-Length: 0\r\n")).startsWith("HTTP/1.1 405");
        assertThat(ask("GET /api/now", "evil.example")).startsWith("HTTP/1.1 421");
        assertThat(ask("GET /../demo/shop.yaml", host())).startsWith("HTTP/1.1 404");
        assertThat(ask("GET /api/releases/none", host())).startsWith("HTTP/1.1 404");
    }
}
