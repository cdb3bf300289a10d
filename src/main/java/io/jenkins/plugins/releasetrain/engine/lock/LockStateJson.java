package io.jenkins.plugins.releasetrain.engine.lock;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;

/** {@link LockState} as JSON. A newer version's additional fields are ignored, so that versions can be mixed. */
final class LockStateJson {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private LockStateJson() {}

    static String write(LockState state) {
        try {
            return MAPPER.writeValueAsString(state);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A lock's state is plain data", e);
        }
    }

    /**
     * @param where for the message
     * @throws EngineException UNSUPPORTED where the text is not a lock's state
     */
    static LockState read(String json, String where) {
        try {
            return MAPPER.readValue(json, LockState.class);
        } catch (JsonProcessingException e) {
            throw new EngineException(
                    FailureKind.UNSUPPORTED,
                    "Cannot read the state of the environment lock in " + where
                            + ". If nobody runs a trial there, delete the Lease; it is made anew, with tokens above"
                            + " those on the workloads",
                    e);
        }
    }
}
