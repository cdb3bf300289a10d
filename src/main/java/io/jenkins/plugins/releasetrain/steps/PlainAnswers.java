package io.jenkins.plugins.releasetrain.steps;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jenkins.plugins.releasetrain.engine.history.Answer;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the API answers, as maps, lists, texts, numbers and flags: so that sandboxed scripts can use it and builds keep it. */
final class PlainAnswers {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int NOT_FOUND = 404;
    private static final int FORBIDDEN = 403;
    private static final int CONFLICT = 409;
    private static final int BAD = 400;

    private PlainAnswers() {}

    /** @throws EngineException with what the answer says where it is an error */
    static Map<String, Object> map(Answer answer) throws IOException {
        Map<String, Object> read = JSON.readValue(answer.body(), new TypeReference<LinkedHashMap<String, Object>>() {});
        if (answer.status() != 200) {
            throw new EngineException(kind(answer.status()), String.valueOf(read.get("error")));
        }
        return read;
    }

    private static FailureKind kind(int status) {
        return switch (status) {
            case NOT_FOUND -> FailureKind.NOT_FOUND;
            case FORBIDDEN -> FailureKind.FORBIDDEN;
            case CONFLICT -> FailureKind.CONFLICT;
            case BAD -> FailureKind.INVALID_INPUT;
            default -> FailureKind.UNAVAILABLE;
        };
    }
}
