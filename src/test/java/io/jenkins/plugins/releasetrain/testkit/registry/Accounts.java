package io.jenkins.plugins.releasetrain.testkit.registry;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/** Ways in which registries ask for accounts, and say that they do not know them. */
public final class Accounts {
    private static final String CHALLENGE = "WWW-Authenticate";

    private Accounts() {}

    private static String basic(String user, String password) {
        return "Basic " + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    private static String shown(Request request) {
        return request.header("Authorization").orElse("");
    }

    private static Reply unauthorized(String challenge) {
        return Reply.error(401, "UNAUTHORIZED", "authentication required").header(CHALLENGE, challenge);
    }

    /** Takes one account's password, and asks for it in its own words. */
    public static Personality wantingBasic(String user, String password, String challenge) {
        return (request, rest) ->
                shown(request).equals(basic(user, password)) ? rest.answer(request) : unauthorized(challenge);
    }

    /** The password runs out, which is said as Amazon's does; what is not there is hidden the same way. */
    public static Personality expiring(String user, Supplier<String> password) {
        return (request, rest) -> {
            if (request.isOurs()) {
                return rest.answer(request);
            }
            if (shown(request).isEmpty()) {
                return unauthorized("Basic realm=\"https://example.amazonaws.com/\",service=\"ecr\"");
            }
            if (!shown(request).equals(basic(user, password.get()))) {
                return Reply.of(403)
                        .body("Your Authorization Token has expired. Please run 'aws ecr get-login'."
                                .getBytes(StandardCharsets.UTF_8))
                        .header("Content-Type", "text/plain");
            }
            Reply right = rest.answer(request);
            return right.status() == 404 && request.path().contains("/manifests/") ? Reply.of(403) : right;
        };
    }

    /** Challenges once; later it refuses without a word of how. */
    public static Personality challengingOnce() {
        AtomicBoolean challenged = new AtomicBoolean();
        return (request, rest) -> {
            Reply right = rest.answer(request);
            return right.status() == 401 && !shown(request).isEmpty() && challenged.getAndSet(true)
                    ? right.without(CHALLENGE)
                    : remember(challenged, right);
        };
    }

    private static Reply remember(AtomicBoolean challenged, Reply reply) {
        if (reply.status() == 401) {
            challenged.set(true);
        }
        return reply;
    }

    /** Says where tokens are to whoever shows none, and to the others only that theirs is not good. */
    public static Personality namingTheRealmOnce() {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            return right.status() == 401 && !shown(request).isEmpty()
                    ? right.header(CHALLENGE, "Bearer error=\"invalid_token\",error_description=\"it has expired\"")
                    : right;
        };
    }

    /** Its clock is behind the token server's, whose tokens are not good before they were given (hub-feedback#647). */
    public static Personality behindTheTokenServer(Duration behind, Clock clock) {
        Map<String, Instant> given = new ConcurrentHashMap<>();
        return (request, rest) -> {
            Instant since = given.computeIfAbsent(shown(request), token -> clock.instant());
            if (shown(request).isEmpty() || !clock.instant().isBefore(since.plus(behind))) {
                return rest.answer(request);
            }
            String challenge = rest.answer(request.ofNobody()).headers().getOrDefault(CHALLENGE, "");
            return unauthorized(challenge + ",error=\"invalid_token\"");
        };
    }

    /** Names the token server alone. */
    public static Personality namingNoService() {
        return (request, rest) -> {
            Reply right = rest.answer(request);
            String challenge = right.headers().getOrDefault(CHALLENGE, "");
            return challenge.isEmpty()
                    ? right
                    : right.header(
                            CHALLENGE,
                            challenge.replaceAll(",service=\"[^\"]*\"", "").replaceAll(",scope=.*", ""));
        };
    }

    /**
     * Takes a password where it takes tokens.
     *
     * @param asked whether it asks for it where a token is not good
     */
    public static Personality takingBasicBesides(String user, String password, boolean asked) {
        return (request, rest) -> {
            if (shown(request).equals(basic(user, password))) {
                return rest.answer(request.letIn());
            }
            Reply right = rest.answer(request);
            return asked && right.status() == 401 && !shown(request).isEmpty()
                    ? unauthorized("Basic realm=\"harbor\"")
                    : right;
        };
    }
}
