package io.jenkins.plugins.releasetrain.engine.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Authorizer.Sent;
import io.jenkins.plugins.releasetrain.engine.registry.Authorizer.Token;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings.Credentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Asks a token server (distribution "Token Authentication Specification" and "OAuth2 Token Authentication"). */
final class TokenRequests {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** The specification's lifetime where the token server names none. */
    private static final long DEFAULT_LIFETIME_SECONDS = 60;

    private static final String FORM = "application/x-www-form-urlencoded";
    /** RFC 6750 section 2.1, and wider where servers are: no blank and no control character. */
    private static final Pattern USABLE = Pattern.compile("[\\x21-\\x7e]+");

    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[.*]");
    private static final Set<Integer> OTHER_SCOPE = Set.of(400, 401, 403);
    /** What a token server answers that takes the OAuth2 form only. */
    private static final Set<Integer> NO_GET = Set.of(404, 405, 501);

    /** What is asked again elsewhere as it is; the others turn a form into a question. */
    private static final Set<Integer> SAME_METHOD = Set.of(307, 308);

    private static final Set<Integer> MOVED = Set.of(301, 302, 303, 307, 308);
    private static final int MOST_MOVES = 3;

    private static final long LONGEST_LIFETIME_SECONDS = 86_400;

    private final RegistrySettings settings;
    private final Clock clock;
    private final Function<Call, HttpResponse<byte[]>> send;
    private volatile boolean byForm;

    TokenRequests(RegistrySettings settings, Clock clock, Function<Call, HttpResponse<byte[]>> send) {
        this.settings = settings;
        this.clock = clock;
        this.send = send;
    }

    /**
     * Gets a token for a request; where a server refuses what we would say, in its own words.
     *
     * @param asChallenged whether the challenge's own scope comes first
     */
    Token fetch(Challenge challenge, Call call, boolean asChallenged) {
        EngineException refused = null;
        boolean denied = true;
        for (Wording wording : wordings(challenge, call, asChallenged)) {
            Instant asked = clock.instant();
            Call request = request(challenge, call, wording.text);
            HttpResponse<byte[]> response = followed(request);
            if (NO_GET.contains(response.statusCode()) && "GET".equals(request.method()) && isKnown()) {
                byForm = true;
                request = request(challenge, call, wording.text);
                response = followed(request);
                byForm = Blobs.isSuccess(response);
            }
            if (Blobs.isSuccess(response)) {
                return token(wording.covers, request, response, asked, asChallenged);
            }
            refused = refused == null ? failure(request, response) : refused;
            if (!OTHER_SCOPE.contains(response.statusCode())) {
                denied = false;
                break;
            }
        }
        throw denied ? new TokenDenied(refused) : refused;
    }

    /** On its own origin only: who we are is nobody else's business. */
    private HttpResponse<byte[]> followed(Call request) {
        HttpResponse<byte[]> response = send.apply(request);
        Call current = request;
        Set<Integer> followed = "GET".equals(request.method()) ? MOVED : SAME_METHOD;
        for (int moves = 0; moves < MOST_MOVES && followed.contains(response.statusCode()); moves++) {
            Optional<Call> next = moved(current, response);
            if (next.isEmpty()) {
                return response;
            }
            current = next.get();
            response = send.apply(current);
        }
        return response;
    }

    private static Optional<Call> moved(Call request, HttpResponse<?> response) {
        try {
            return response.headers()
                    .firstValue("Location")
                    .map(request.uri()::resolve)
                    .filter(next -> Call.sameOrigin(request.uri(), next))
                    .map(request::to);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * One way to ask.
     *
     * @param covers what a token for it is good for, in our words
     */
    private record Wording(String text, List<Scope> covers) {}

    /**
     * Ours; ours for the name that the challenge has for the repository, which may be another behind a reverse proxy; the
     * challenge's own, which allows what it says and may be less; and all rights, where a grammar knows no deletion.
     */
    private List<Wording> wordings(Challenge challenge, Call call, boolean asChallenged) {
        List<Scope> ours = call.scopes();
        List<Wording> wordings = new ArrayList<>();
        Optional<Scope> theirs = challenge.scopes().filter(s -> !ours.isEmpty()).flatMap(Scope::parse);
        theirs.filter(s -> !s.repository().equals(path(ours.get(0)).repository()))
                .ifPresent(s -> {
                    Scope first = ours.get(0);
                    wordings.add(new Wording(new Scope(s.repository(), first.actions()).toString(), List.of(first)));
                    wordings.add(new Wording(
                            challenge.scopes().orElseThrow(), List.of(new Scope(first.repository(), s.actions()))));
                });
        theirs.filter(s -> s.repository().equals(path(ours.get(0)).repository()))
                .ifPresent(s -> wordings.add(new Wording(
                        challenge.scopes().orElseThrow(),
                        List.of(new Scope(ours.get(0).repository(), s.actions())))));
        if (theirs.isEmpty()) {
            challenge.scopes().ifPresent(s -> wordings.add(new Wording(s, ours)));
        }
        wordings.add(asChallenged ? wordings.size() : 0, new Wording(text(ours), ours));
        boolean reads = "GET".equals(call.method()) || "HEAD".equals(call.method());
        if (reads
                && ours.size() == 1
                && !ours.get(0).equals(Scope.pull(ours.get(0).repository()))) {
            // Where we push, reading is asked for with push; an account that may only read is not kept from it.
            Scope pull = Scope.pull(ours.get(0).repository());
            wordings.add(new Wording(text(List.of(pull)), List.of(pull)));
        }
        if (ours.stream().anyMatch(Scope::deletes)) {
            List<Scope> all = ours.stream().map(Scope::everything).toList();
            wordings.add(new Wording(text(all), ours));
        }
        return wordings;
    }

    /** The name that the API has for a repository is the one that tokens are for. */
    private Scope path(Scope scope) {
        return new Scope(settings.path(scope.repository()), scope.actions());
    }

    private String text(List<Scope> scopes) {
        return Scope.text(scopes.stream().map(this::path).toList());
    }

    private static Token token(
            List<Scope> covers, Call request, HttpResponse<byte[]> response, Instant asked, boolean asChallenged) {
        try {
            JsonNode json = JSON.readTree(response.body());
            String token = json.path("token").asText("");
            token = token.isEmpty() ? json.path("access_token").asText("") : token;
            if (json.isMissingNode()) {
                throw noServer(request, "answered nothing");
            }
            if (!USABLE.matcher(token).matches()) {
                throw Failures.of(FailureKind.UNSUPPORTED, request, "answered without a usable token.");
            }
            long lifetime =
                    Math.min(json.path("expires_in").asLong(DEFAULT_LIFETIME_SECONDS), LONGEST_LIFETIME_SECONDS);
            // A tenth early, so that a token does not expire on its way.
            return new Token(covers, token, asked, asked.plusMillis(Math.max(0, lifetime) * 900), asChallenged);
        } catch (IOException e) {
            throw noServer(request, "answered something that is not a token response");
        }
    }

    /**
     * What stands before a token server answers in its place, as while it starts. It passes, and says nothing of any image: "not
     * there" would be taken for an image's, and undo would leave its tag for lost (I6).
     */
    private static EngineException noServer(Call request, String what) {
        return Failures.of(
                FailureKind.UNAVAILABLE,
                request,
                what
                        + ": there is no token server at this address now. Check what stands before it, and the address that the"
                        + " registry names; the same request may succeed later.");
    }

    private boolean isKnown() {
        return settings.credentials().get().isPresent();
    }

    private EngineException failure(Call request, HttpResponse<byte[]> response) {
        if (NO_GET.contains(response.statusCode())) {
            return noServer(request, "answered " + response.statusCode());
        }
        Sent sent = Sent.of(request.headers().getOrDefault("Authorization", ""), response.headers());
        String password =
                settings.credentials().get().map(Credentials::password).orElse("");
        return Failures.status(request, response.statusCode(), response.body(), sent.and(password));
    }

    private Call request(Challenge challenge, Call call, String scopes) {
        String service = challenge.parameter("service").orElse("");
        URI realm = realm(challenge, call);
        Optional<Credentials> credentials = settings.credentials().get();
        String action = "get a token for " + (scopes.isEmpty() ? "its base address" : scopes) + " of registry "
                + settings.host();
        if (credentials.isPresent() && (byForm || credentials.get().isIdentityToken())) {
            String form = grant(credentials.get()) + "&client_id=release-train&service=" + encoded(service) + "&scope="
                    + encoded(scopes);
            return Call.of(action, "POST", realm, scopesOf(call))
                    .header("Content-Type", FORM)
                    .body(BodyPublishers.ofString(form));
        }
        StringBuilder query = new StringBuilder();
        if (!service.isEmpty()) {
            query.append("&service=").append(encoded(service));
        }
        for (String scope : scopes.split(" ")) {
            if (!scope.isEmpty()) {
                query.append("&scope=").append(encoded(scope));
            }
        }
        String joint = realm.getRawQuery() == null ? "?" : "&";
        URI uri = URI.create(realm + (query.length() == 0 ? "" : joint + query.substring(1)));
        Call request = Call.of(action, "GET", uri, scopesOf(call));
        return credentials
                .map(c -> request.header("Authorization", Authorizer.basic(c)))
                .orElse(request);
    }

    private static String grant(Credentials credentials) {
        return credentials.isIdentityToken()
                ? "grant_type=refresh_token&refresh_token=" + encoded(credentials.password())
                : "grant_type=password&username=" + encoded(credentials.user()) + "&password="
                        + encoded(credentials.password());
    }

    /** For the advice of an error. */
    private static Scope[] scopesOf(Call call) {
        return call.scopes().toArray(Scope[]::new);
    }

    /**
     * The server that a challenge names. A registry may name any, so it is held to TLS unless plain HTTP was opted in to,
     * with or without credentials, and may not lead us to addresses that only this machine or its cloud can reach.
     */
    private URI realm(Challenge challenge, Call call) {
        URI realm;
        try {
            // A path alone is one of the registry's.
            String named = challenge.parameter("realm").orElse("");
            realm = withTls(named.startsWith("/") ? settings.origin().resolve(named) : URI.create(named));
        } catch (IllegalArgumentException e) {
            throw unusable(call);
        }
        boolean http = "https".equalsIgnoreCase(realm.getScheme()) || "http".equalsIgnoreCase(realm.getScheme());
        if (!http || realm.getHost() == null || realm.getUserInfo() != null) {
            throw unusable(call);
        }
        if (!"https".equalsIgnoreCase(realm.getScheme()) && !settings.plainHttp()) {
            throw Failures.of(
                    FailureKind.TLS,
                    call.to(realm),
                    "is not sent: the token endpoint has no TLS, and credentials and tokens would be readable on the"
                            + " way. Let the registry name an https endpoint, or opt in to plain HTTP for this registry.");
        }
        String own = settings.origin().getHost();
        boolean led = !own.equalsIgnoreCase(realm.getHost()) && isLocal(realm.getHost()) && !isLocal(own);
        if (led || isLinkLocal(realm.getHost())) {
            throw Failures.of(
                    FailureKind.UNSUPPORTED,
                    call,
                    "was answered with the token endpoint " + Failures.authority(realm)
                            + ", an address of this machine or its link only. It is not asked.");
        }
        return realm;
    }

    /** A registry that does not know of the TLS before it names itself without; it is asked as we reach it. */
    private URI withTls(URI realm) {
        URI own = settings.origin();
        boolean itself = own.getHost().equalsIgnoreCase(realm.getHost()) && realm.getUserInfo() == null;
        boolean plain = "http".equalsIgnoreCase(realm.getScheme()) && (realm.getPort() < 0 || realm.getPort() == 80);
        if (!itself || !plain || settings.plainHttp()) {
            return realm;
        }
        String query = realm.getRawQuery() == null ? "" : "?" + realm.getRawQuery();
        return URI.create(own + realm.getRawPath() + query);
    }

    private static boolean isLocal(String host) {
        return "localhost".equals(host.toLowerCase(Locale.ROOT))
                || address(host)
                        .map(a -> a.isLoopbackAddress() || a.isAnyLocalAddress())
                        .orElse(false);
    }

    private static boolean isLinkLocal(String host) {
        return address(host).map(InetAddress::isLinkLocalAddress).orElse(false);
    }

    /** Of a host that is written as an address; names are not looked up. */
    private static Optional<InetAddress> address(String host) {
        try {
            return ADDRESS.matcher(host).matches() ? Optional.of(InetAddress.getByName(host)) : Optional.empty();
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    private static EngineException unusable(Call call) {
        return Failures.of(FailureKind.UNSUPPORTED, call, "was answered with an unusable token endpoint.");
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
