package io.jenkins.plugins.releasetrain.engine.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpConnectTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** Turns answers and exceptions into errors that say what was tried, why it failed and what to do. */
final class Failures {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_QUOTE = 300;
    /** Codes of the specification for a manifest whose content is not there; registries send them with 400 and 404. */
    private static final Pattern LACKING = Pattern.compile("\\b(?:MANIFEST_BLOB|BLOB|MANIFEST)_UNKNOWN\\b");

    /** Codes of the specification for an upload that came otherwise than it was sent; another one may do. */
    private static final Pattern SPOILED = Pattern.compile("\\b(?:BLOB_UPLOAD_INVALID|DIGEST_INVALID)\\b");

    /** Words of registries whose project may hold no more; the status is that of a missing right. */
    private static final Pattern QUOTA =
            Pattern.compile("quota|exceed the configured upper limit|storage limit", Pattern.CASE_INSENSITIVE);

    private static final Pattern LIMIT =
            Pattern.compile("\\brate[ -]?(?:limit|exceeded)|too ?many ?requests", Pattern.CASE_INSENSITIVE);

    /** Harbor's while it collects garbage (403), and others' in maintenance (405): Quay's, GitLab's. */
    private static final Pattern READ_ONLY = Pattern.compile(
            "\\b(?:read[ -]?only|maintenance) mode\\b|\\bcurrently (?:read[ -]?only|disabled)\\b|\\bread[ -]?only instance\\b",
            Pattern.CASE_INSENSITIVE);

    /** ECR's code (400), and words of others (400, 403, 409, 412). */
    private static final Pattern IMMUTABLE =
            Pattern.compile("\\bTAG_INVALID\\b|\\bimmutab(?:le|ility)\\b", Pattern.CASE_INSENSITIVE);

    /** Queries of addresses, who is named in them, what was said to be, and tokens wherever they are. */
    private static final List<Pattern> SIGNED = List.of(
            Pattern.compile("(https?://[^\\s\"'?<>]*\\?)[^\\s\"'<>]+", Pattern.CASE_INSENSITIVE),
            Pattern.compile("(https?://)[^\\s\"'/?#@]+(?=@)", Pattern.CASE_INSENSITIVE),
            Pattern.compile(
                    "(\\bauthorization\\W{1,4}(?:bearer|basic)\\s+)[A-Za-z0-9._~+/-]+=*", Pattern.CASE_INSENSITIVE),
            Pattern.compile("()\\beyJ[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*"));

    /** Of an error of the specification. */
    private static final Pattern CODE = Pattern.compile("^[A-Z_]+: ");

    /** JDK-8283544: Java's client says how long the body is that a GET has not. */
    private static final boolean SENDS_LENGTHS = Runtime.version().feature() < 19;

    private static final Pattern PAGE = Pattern.compile("^\\s*<(?:!doctype |)html\\b", Pattern.CASE_INSENSITIVE);

    private static final String FOR_NOW =
            "It takes no changes for now, as while it collects garbage or is maintained; they may succeed later.";

    private static final String STAYS =
            "The registry does not let this tag move: exempt this one from its rule for immutable tags, or use another.";

    private static final String FULL = "The registry keeps no more for this project: make room, or raise its quota.";

    /** RFC 4918 section 11.5. */
    static final int FULL_STORE = 507;

    private Failures() {}

    /** Whether a refusal says that something that is referred to is not there. */
    static boolean lacksContent(byte[] body) {
        return LACKING.matcher(new String(body, StandardCharsets.UTF_8)).find();
    }

    /** Whether a refusal says that it is for the number of requests. */
    static boolean isLimit(byte[] body) {
        return body.length > 0
                && LIMIT.matcher(new String(body, StandardCharsets.UTF_8)).find();
    }

    private static boolean isFull(int status, String own) {
        return status == FULL_STORE
                || status / 100 == 4 && status != 429 && QUOTA.matcher(own).find();
    }

    /**
     * @param authorization what was sent; the registry's own words are cleaned of it (I9)
     */
    static EngineException status(Call call, int status, byte[] body, Authorizer.Sent authorization) {
        String own = ownWords(body, authorization.secrets());
        FailureKind kind = kind(status, authorization.insufficientScope());
        if (kind == FailureKind.INVALID_INPUT && LACKING.matcher(own).find()) {
            kind = FailureKind.NOT_FOUND;
        }
        if (kind == FailureKind.INVALID_INPUT && SPOILED.matcher(own).find()) {
            kind = FailureKind.CONFLICT;
        }
        boolean stays = "PUT".equals(call.method())
                && status / 100 == 4
                && IMMUTABLE.matcher(own).find();
        if (kind == FailureKind.INVALID_INPUT && stays) {
            kind = FailureKind.CONFLICT;
        }
        if ((status == 403 || status == 400) && isLimit(body)) {
            kind = FailureKind.RATE_LIMITED;
        }
        boolean readOnly =
                (status == 403 || status == 405) && READ_ONLY.matcher(own).find();
        if (readOnly) {
            kind = FailureKind.UNAVAILABLE;
        }
        if (isFull(status, own)) {
            // Whatever else the status says: no other try helps, and nothing that is sent otherwise.
            kind = FailureKind.FORBIDDEN;
        }
        return new EngineException(
                kind,
                prefix(call) + "answered " + status + (own.isEmpty() ? "" : " (" + own + ")") + ". "
                        + (isFull(status, own)
                                ? FULL
                                : readOnly ? FOR_NOW : stays ? STAYS : advice(kind, status, call, own)));
    }

    /** @param proxy that the address is reached by, as host and port, if it is */
    static EngineException io(Call call, IOException e, Optional<String> proxy) {
        if (cause(e, SSLException.class)) {
            return Handshakes.wasCut(e)
                    ? new EngineException(
                            FailureKind.UNAVAILABLE,
                            prefix(call) + "lost the connection in the TLS handshake: " + why(e)
                                    + ". Check that the registry runs and can be reached, and that it does not speak plain"
                                    + " HTTP only.",
                            e)
                    : new EngineException(
                            FailureKind.TLS,
                            prefix(call) + "failed in the TLS handshake: " + why(e) + ". " + Handshakes.advice(e),
                            e);
        }
        if (cause(e, BoundedBody.TooLarge.class)) {
            return new EngineException(
                    FailureKind.TOO_LARGE, prefix(call) + "answered with more than the limit for documents allows.", e);
        }
        String why = cause(e, ConnectException.class) ? "could not connect" : "lost the connection: " + why(e);
        String check = proxy.map(way -> "Check that proxy " + way + " runs, and that it may reach the registry.")
                .orElse("Check that the registry runs and can be reached.");
        return new EngineException(FailureKind.UNAVAILABLE, prefix(call) + why + ". " + check, e);
    }

    /** Whether nothing that could be spoken to was found at an address. */
    static boolean isUnreachable(EngineException e) {
        return cause(e, ConnectException.class)
                || cause(e, HttpConnectTimeoutException.class)
                || cause(e, SSLException.class);
    }

    /** The HTTP client wraps what went wrong in an exception of the calling thread. */
    private static boolean cause(Throwable e, Class<? extends IOException> type) {
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return true;
            }
        }
        return false;
    }

    static EngineException interrupted(String action, String host) {
        Thread.currentThread().interrupt();
        return new EngineException(FailureKind.UNAVAILABLE, "Cannot " + action + " at " + host + ": interrupted.");
    }

    static EngineException of(FailureKind kind, Call call, String what) {
        return new EngineException(kind, prefix(call) + what);
    }

    /** What a registry led to does not give it; its words are not for our users, and no right of our account is missing. */
    static EngineException store(Call call, int status, FailureKind kind) {
        return of(
                kind,
                call,
                "answered " + status + ": the store behind the registry "
                        + (status == 404
                                ? "does not hold what the registry says that is there. Check its storage."
                                : "does not take the address that the registry gave. Check the registry's access to its"
                                        + " store, the clocks of both, and a proxy between them."));
    }

    /** Query strings of uploads and of redirects carry signatures, so none is shown (I9). */
    private static String prefix(Call call) {
        return "Cannot " + call.action() + " at " + authority(call.uri()) + ": " + call.method() + " "
                + call.uri().getRawPath() + " ";
    }

    /** Host and port, without what may stand before them (I9). */
    static String authority(URI uri) {
        String authority = String.valueOf(uri.getRawAuthority());
        return authority.substring(authority.lastIndexOf('@') + 1);
    }

    private static FailureKind kind(int status, boolean insufficientScope) {
        return switch (status) {
            case 401 -> insufficientScope ? FailureKind.FORBIDDEN : FailureKind.UNAUTHENTICATED;
            case 407 -> FailureKind.UNAUTHENTICATED;
            case 403, 451 -> FailureKind.FORBIDDEN;
            case 404 -> FailureKind.NOT_FOUND;
            case 408 -> FailureKind.TIMEOUT;
            case 425 -> FailureKind.UNAVAILABLE;
            case 409, 412, 416 -> FailureKind.CONFLICT;
            case 413 -> FailureKind.TOO_LARGE;
            case 429 -> FailureKind.RATE_LIMITED;
            case 400 -> FailureKind.INVALID_INPUT;
            default -> status >= 500 ? FailureKind.UNAVAILABLE : FailureKind.UNSUPPORTED;
        };
    }

    private static String advice(FailureKind kind, int status, Call call, String own) {
        return switch (kind) {
            case UNAUTHENTICATED ->
                status == 407 ? proxyLogin(call.uri()) : "Check the credentials configured for this registry.";
            case FORBIDDEN -> forbidden(call, own);
            case NOT_FOUND ->
                "POST".equals(call.method()) && call.uri().getPath().contains("/blobs/uploads")
                        ? "Create the repository first: not every registry makes one where something is pushed."
                        : "Check the name of the repository and that it holds this content.";
            case RATE_LIMITED ->
                "Try again later, or allow fewer requests at once for this registry under Manage Jenkins » Release"
                        + " Train.";
            case TIMEOUT, UNAVAILABLE -> "Check the registry's health; the same request may succeed later.";
            case TOO_LARGE -> "The registry, or a proxy before it, limits the size of what it accepts.";
            case UNSUPPORTED -> unsupported(status, call);
            default -> refused(status, call, own);
        };
    }

    /** JDK-8160838: Java tells a proxy no password for a tunnel, unless it is started otherwise. */
    private static String proxyLogin(URI uri) {
        boolean told = !"https".equals(uri.getScheme())
                || System.getProperty("jdk.http.auth.tunneling.disabledSchemes") != null;
        return told
                ? "The proxy wants other credentials than those that are configured for it."
                : "Java tells a proxy no password on the way to an https address: start Jenkins with"
                        + " -Djdk.http.auth.tunneling.disabledSchemes= (nothing behind it). If it is, the proxy wants"
                        + " other credentials.";
    }

    private static String refused(int status, Call call, String own) {
        boolean reads = "GET".equals(call.method()) || "HEAD".equals(call.method());
        if (status == 400 && reads && SENDS_LENGTHS && !CODE.matcher(own).find()) {
            return "A load balancer or firewall before the registry may refuse what Java 17 sends with each question"
                    + " (Content-Length: 0); let it pass there, or run Jenkins on Java 21.";
        }
        return status == 412 && !"PUT".equals(call.method())
                ? "A policy of the registry blocks it, such as that of a scanner; lift the block."
                : "The registry refuses the content.";
    }

    private static String unsupported(int status, Call call) {
        if (status >= 300 && status < 400) {
            return "It redirects where it should answer; check the host and whether it wants TLS.";
        }
        boolean pushes = "PUT".equals(call.method()) || "POST".equals(call.method());
        return status == 405 && pushes
                ? "It takes no changes here: it may be read only or a cache of another registry, or the tag is locked."
                : "This registry does not support the request.";
    }

    private static String forbidden(Call call, String own) {
        if (PAGE.matcher(own).find()) {
            return "What stands before the registry refuses it, such as a firewall; let this request pass there.";
        }
        return call.scopes().isEmpty()
                ? "Check the rights of the configured account."
                : "Give the configured account the right to " + Scope.text(call.scopes()) + ".";
    }

    /** Code and message of the first errors of the registry's answer (distribution specification, "Error Codes"). */
    private static String ownWords(byte[] body, List<String> secrets) {
        String text = new String(body, StandardCharsets.UTF_8);
        List<String> parts = new ArrayList<>();
        try {
            for (JsonNode error : JSON.readTree(text).path("errors")) {
                parts.add(error.path("code").asText() + ": "
                        + error.path("message").asText());
            }
        } catch (IOException e) {
            parts.add(text);
        }
        if (parts.isEmpty()) {
            // JSON of another form, such as GitHub's.
            parts.add(text);
        }
        String words = String.join("; ", parts);
        for (String secret : secrets) {
            words = words.replace(secret, "***");
            String encoded = URLEncoder.encode(secret, StandardCharsets.UTF_8);
            words = words.replace(encoded, "***").replace(encoded.replace("+", "%20"), "***");
        }
        return bounded(withoutSignatures(words));
    }

    /** A cache, or what has an object store behind it, repeats addresses and headers of other hosts that let everybody in. */
    private static String withoutSignatures(String words) {
        String text = words;
        for (Pattern signed : SIGNED) {
            text = signed.matcher(text).replaceAll("$1***");
        }
        return text;
    }

    private static String bounded(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").trim();
        return line.length() <= LONGEST_QUOTE ? line : line.substring(0, LONGEST_QUOTE) + "…";
    }

    private static String why(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : bounded(e.getMessage());
    }
}
