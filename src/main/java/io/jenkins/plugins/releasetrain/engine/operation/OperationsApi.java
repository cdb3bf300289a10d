package io.jenkins.plugins.releasetrain.engine.operation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.history.Answer;
import io.jenkins.plugins.releasetrain.engine.history.Parameters;
import io.jenkins.plugins.releasetrain.engine.history.Texts;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.States;
import io.jenkins.plugins.releasetrain.engine.store.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Operations as JSON, described in docs/api.yaml: plans and blocked images by GET, operations by POST. Whoever serves it
 * lets GET change nothing, keeps other sites from posting, and says who calls.
 */
public final class OperationsApi {
    /** A page has no more trains. */
    private static final int OUTLOOKS = 200;

    private static final Set<String> NAMES = Set.of("operation", "subject", "train", "reason", "hold", "bad", "good");
    private static final int BLOCKED = 500;

    private static final ObjectMapper JSON = Json.mapper();
    private final Supplier<Operations> operations;

    public OperationsApi(Operations operations) {
        this(() -> operations);
    }

    /**
     * @param operations asked for with each request, and by nobody who lacks its permission: he is told so before anything
     *     else is looked at, the store included (I10); throws {@link EngineException} while they cannot be had
     */
    public OperationsApi(Supplier<Operations> operations) {
        this.operations = operations;
    }

    /**
     * Who asks.
     *
     * @param user goes into the events
     * @param may what the host lets this user do
     */
    public record Caller(String user, Predicate<Operation.Right> may) {}

    /**
     * Parameters of a request as they came; null where they are missing.
     *
     * @param hold {@code true} or {@code false}, which is the default
     * @param bad releases, by commas
     * @param good {@code true} or {@code false}, which is the default
     */
    public record Asked(
            String operation, String subject, String train, String reason, String hold, String bad, String good) {
        public Asked(String operation, String subject, String train, String reason) {
            this(operation, subject, train, reason, null, null, null);
        }

        public Asked {
            operation = Objects.requireNonNullElse(operation, "");
            subject = Objects.requireNonNullElse(subject, "");
            train = Objects.requireNonNullElse(train, "");
            reason = Objects.requireNonNullElse(reason, "");
            hold = Objects.requireNonNullElse(hold, "");
            bad = Objects.requireNonNullElse(bad, "");
            good = Objects.requireNonNullElse(good, "");
        }

        /**
         * @param query raw query or form, without question mark; null or empty for none
         * @throws EngineException INVALID_INPUT unknown name
         */
        public static Asked of(String query) {
            Parameters p = new Parameters(Objects.requireNonNullElse(query, ""), NAMES);
            return new Asked(
                    p.text("operation").orElse(""),
                    p.text("subject").orElse(""),
                    p.text("train").orElse(""),
                    p.text("reason").orElse(""),
                    p.text("hold").orElse(""),
                    p.text("bad").orElse(""),
                    p.text("good").orElse(""));
        }
    }

    /**
     * What pages start with.
     *
     * @param texts by key, in the caller's language
     * @param states how each state looks, by its name
     * @param may names of {@link Operation.Right}
     */
    public record Context(
            String language,
            Map<String, String> texts,
            Map<String, States.Look> states,
            String user,
            List<String> may) {}

    /** One blocked image. */
    public record Blocked(String digest, String service, String release, String reason, String user) {}

    /** What came of an operation. */
    public record Done(Operation operation, String result) {}

    private record Problem(String error) {}

    public static Answer context(Caller caller, Locale locale) {
        Texts texts = Texts.of(locale);
        return answer(
                200,
                new Context(
                        texts.language(),
                        texts.all(),
                        States.looks(),
                        caller.user(),
                        Arrays.stream(Operation.Right.values())
                                .filter(caller.may())
                                .map(Enum::name)
                                .toList()));
    }

    /** What is said for the engine's own sentences, where the caller's language is another one. */
    public static Answer sentences(Locale locale) {
        return answer(200, Texts.of(locale).sentences());
    }

    public Answer blocked() {
        return guarded(() -> operations.get().blocked().stream()
                .limit(BLOCKED)
                .map(OperationsApi::blocked)
                .toList());
    }

    private static Blocked blocked(Event.ImageBlocked e) {
        return new Blocked(e.digest().value(), e.service(), e.release(), e.reason(), e.user());
    }

    public Answer outlook(Supplier<Asked> asked) {
        return guarded(() -> operations.get().outlook(asked.get().train()));
    }

    /** Of several trains at once, in their order; their names are separated by commas. */
    public Answer outlooks(Supplier<String> trains) {
        return guarded(() -> Arrays.stream(trains.get().split(","))
                .filter(name -> !name.isBlank())
                .limit(OUTLOOKS)
                .map(name -> operations.get().outlook(name))
                .toList());
    }

    public Answer plan(Supplier<Asked> asked, Caller caller) {
        return guarded(() -> {
            Operations.Request request = request(asked.get(), caller);
            return operations.get().plan(request);
        });
    }

    public Answer perform(Supplier<Asked> asked, Caller caller) {
        return guarded(() -> {
            Operations.Request request = request(asked.get(), caller);
            return new Done(request.operation(), operations.get().perform(request, caller.user()));
        });
    }

    private static Operations.Request request(Asked asked, Caller caller) {
        Operation operation = Operation.of(asked.operation());
        if (!caller.may().test(operation.right())) {
            throw new EngineException(
                    FailureKind.FORBIDDEN,
                    operation + " takes the permission Release/" + operation.right() + ", which you do not have; ask an"
                            + " administrator");
        }
        return new Operations.Request(
                operation,
                asked.subject(),
                asked.train(),
                asked.reason(),
                is("hold", asked.hold()),
                releases(asked.bad()),
                is("good", asked.good()));
    }

    private static boolean is(String name, String value) {
        if (!Set.of("", "true", "false").contains(value)) {
            throw EngineException.invalid(name + " is '" + value + "'; it is true or false");
        }
        return value.equals("true");
    }

    private static List<String> releases(String bad) {
        return Arrays.stream(bad.split(","))
                .map(String::strip)
                .filter(r -> !r.isEmpty())
                .distinct()
                .toList();
    }

    private static Answer guarded(Supplier<Object> work) {
        try {
            return answer(200, work.get());
        } catch (EngineException e) {
            int status =
                    switch (e.kind()) {
                        case INVALID_INPUT -> 400;
                        case FORBIDDEN -> 403;
                        case NOT_FOUND -> 404;
                        case CONFLICT -> 409;
                        default -> 503;
                    };
            return problem(status, e.getMessage());
        }
    }

    /** @param text what is wrong, and what to do */
    public static Answer problem(int status, String text) {
        return answer(status, new Problem(text));
    }

    private static Answer answer(int status, Object body) {
        try {
            byte[] bytes = JSON.writeValueAsBytes(body);
            return new Answer(status, status == 200 ? '"' + Digest.sha256(bytes).abbreviated() + '"' : "", bytes);
        } catch (JsonProcessingException e) {
            return new Answer(503, "", "{\"error\":\"The answer cannot be written\"}".getBytes(StandardCharsets.UTF_8));
        }
    }
}
