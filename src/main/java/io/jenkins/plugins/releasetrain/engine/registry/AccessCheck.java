package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Access;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Access.Answer;
import java.net.http.HttpResponse;

/** Finds out whether a host is a registry that knows our account, and what the account sees of a repository. */
final class AccessCheck {
    private final Transport transport;

    AccessCheck(Transport transport) {
        this.transport = transport;
    }

    Access ask(String repository) {
        Call base = transport.base();
        HttpResponse<byte[]> answer = transport.document(base);
        if (answer.statusCode() == 401 || answer.statusCode() == 403) {
            throw transport.failure(base, answer);
        }
        if (!transport.isMarked(answer)) {
            throw Failures.of(
                    FailureKind.UNSUPPORTED,
                    base,
                    "answered " + answer.statusCode() + " without any mark of an image registry; it looks like a web"
                            + " site. Check the host.");
        }
        if (repository.isEmpty()) {
            return new Access(
                    Answer.CANNOT_TELL,
                    "The registry answers and knows this account; whether it may use your repositories cannot be told"
                            + " from here, so name one");
        }
        return repository(repository);
    }

    private Access repository(String repository) {
        Call call = Call.of(
                "list the tags of " + repository,
                "GET",
                transport.uri("/v2/" + transport.settings().path(repository) + "/tags/list?n=1"),
                transport.settings().pushing() ? Scope.push(repository) : Scope.pull(repository));
        HttpResponse<byte[]> response;
        try {
            response = transport.document(call);
        } catch (EngineException e) {
            if (e.kind() == FailureKind.UNAUTHENTICATED || e.kind() == FailureKind.FORBIDDEN) {
                return new Access(Answer.REFUSED_OR_ABSENT, hidden(repository, e.getMessage()));
            }
            throw e;
        }
        return switch (response.statusCode()) {
            case 200 -> {
                Listings.tagsOf(call, response);
                yield new Access(Answer.SEEN, "The registry answers, and this account sees " + repository);
            }
            case 404 ->
                new Access(
                        Answer.ABSENT,
                        "The registry answers and knows this account; it holds no " + repository + " yet");
            case 401, 403 ->
                new Access(Answer.REFUSED_OR_ABSENT, hidden(repository, "it answered " + response.statusCode()));
            default -> throw transport.failure(call, response);
        };
    }

    private static String hidden(String repository, String why) {
        return "The registry answers and knows this account, but shows it no " + repository + ": either it does not"
                + " exist yet, or the account lacks the right (" + why + ")";
    }
}
