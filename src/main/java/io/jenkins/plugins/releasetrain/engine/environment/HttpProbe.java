package io.jenkins.plugins.releasetrain.engine.environment;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Sleeper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;

/**
 * Asks for a path of the environment with the lane's baggage until the answer shows the candidate, several times in a row,
 * since a gateway has several instances. An answer without the baggage must not show it: what the baseline says too proves
 * nothing.
 */
public final class HttpProbe implements Probe {
    private static final int IN_A_ROW = 3;
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration ONE_ANSWER = Duration.ofSeconds(10);
    private static final int LONGEST_ANSWER = 256 * 1024;

    private final HttpClient client;
    private final String baseUrl;
    private final Settings settings;
    private final Clock clock;
    private final Sleeper sleeper;

    /** @param client that follows no redirects */
    public HttpProbe(HttpClient client, String baseUrl, Settings settings, Clock clock, Sleeper sleeper) {
        this.client = client;
        this.baseUrl = baseUrl.replaceAll("/+$", "");
        this.settings = settings;
        this.clock = clock;
        this.sleeper = sleeper;
    }

    /**
     * What to ask and what to look for, with {@code {service}}, {@code {candidate}}, {@code {digest}} and {@code {tenant}} in
     * it.
     *
     * @param path below the base URL
     * @param expect a part of the answer's headers, as {@code name: value}, or of its body
     */
    public record Settings(String path, String expect) {
        /** @throws EngineException INVALID_INPUT where nothing could be proven so */
        public Settings {
            if (!path.startsWith("/") || path.matches(".*\\s.*")) {
                throw EngineException.invalid(
                        "'" + path + "' is no path to ask for; write it as in '/whoami' or '/{service}/version'");
            }
            if (!expect.matches("(?s).*\\{(candidate|digest|tenant)}.*")) {
                throw EngineException.invalid("'" + expect + "' does not tell a candidate from the baseline; it needs"
                        + " {candidate}, the beginning of its pods' names, {digest}, or {tenant}");
            }
            try {
                URI.create("http://host" + fill(path, "service", "candidate", "sha256:0", "tenant"));
            } catch (IllegalArgumentException e) {
                throw EngineException.invalid("'" + path + "' is no path to ask for: " + e.getMessage());
            }
        }

        private static String fill(String text, String service, String candidate, String digest, String tenant) {
            return text.replace("{service}", service)
                    .replace("{candidate}", candidate)
                    .replace("{digest}", digest)
                    .replace("{tenant}", tenant);
        }

        private static String fill(String text, Target t) {
            return fill(text, t.service(), t.candidate(), t.digest().value(), t.tenant());
        }
    }

    @Override
    public Optional<String> await(Collection<Target> targets, Duration deadline) throws InterruptedException {
        Instant end = clock.instant().plus(deadline);
        for (Target target : targets) {
            Optional<String> missing = await(target, end);
            if (missing.isPresent()) {
                return missing;
            }
        }
        return Optional.empty();
    }

    private Optional<String> await(Target target, Instant end) throws InterruptedException {
        String expected = Settings.fill(settings.expect(), target);
        URI uri = URI.create(baseUrl + Settings.fill(settings.path(), target));
        int shown = 0;
        while (true) {
            String answer = answer(uri, Optional.of(target.tenant()));
            shown = answer.contains(expected) ? shown + 1 : 0;
            if (shown == IN_A_ROW) {
                return answer(uri, Optional.empty()).contains(expected)
                        ? Optional.of("GET " + uri + " answers '" + expected + "' without the lane's baggage too, so it"
                                + " proves nothing; let the probe expect what only the candidate of "
                                + target.service() + " says")
                        : Optional.empty();
            }
            Duration left = Duration.between(clock.instant(), end);
            if (left.isNegative() || left.isZero()) {
                return Optional.of("requests with the lane's baggage do not reach the candidate of " + target.service()
                        + ": GET " + uri + " does not answer '" + expected + "', but " + beginning(answer));
            }
            if (shown == 0) {
                sleeper.sleep(PAUSE.compareTo(left) < 0 ? PAUSE : left);
            }
        }
    }

    /** Status, headers and body as text; why there is none, where there is none. */
    private String answer(URI uri, Optional<String> tenant) throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(ONE_ANSWER);
        tenant.ifPresent(t -> request.header("baggage", Isolation.baggage(t)));
        try {
            HttpResponse<InputStream> response =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            StringBuilder text = new StringBuilder("HTTP " + response.statusCode() + "\n");
            response.headers()
                    .map()
                    .forEach((name, values) -> values.forEach(value ->
                            text.append(name).append(": ").append(value).append('\n')));
            try (InputStream body = response.body()) {
                text.append(new String(body.readNBytes(LONGEST_ANSWER), StandardCharsets.UTF_8));
            }
            return text.toString();
        } catch (HttpTimeoutException e) {
            return "nothing within " + ONE_ANSWER.toSeconds() + " s";
        } catch (IOException e) {
            return "nothing: " + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
        }
    }

    /** Cookies and the like are nobody's business. */
    private static String beginning(String answer) {
        return answer.lines().findFirst().orElse("");
    }
}
