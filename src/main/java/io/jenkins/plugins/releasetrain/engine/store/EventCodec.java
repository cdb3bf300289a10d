package io.jenkins.plugins.releasetrain.engine.store;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Events as JSON objects: one property per record component, instants in ISO 8601, digests as {@code algorithm:hex}.
 * Properties that are not known are skipped, so that an older controller reads what a newer one wrote; for the same
 * reason a component that is added later must be an Optional or a primitive, since old events do not have it.
 */
public final class EventCodec {
    private static final Map<String, Class<?>> TYPES = Arrays.stream(Event.class.getPermittedSubclasses())
            .collect(Collectors.toUnmodifiableMap(Class::getSimpleName, Function.identity()));

    private final JsonMapper mapper = JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .addModule(new SimpleModule()
                    .addSerializer(Digest.class, ToStringSerializer.instance)
                    .addDeserializer(Digest.class, new DigestReader()))
            .addMixIn(Origin.class, AbsentLeftOut.class)
            .addMixIn(Event.LaneStarted.class, AbsentLeftOut.class)
            .addMixIn(Event.TagsMoving.class, AbsentLeftOut.class)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            // PostgreSQL refuses half a surrogate pair, which is what a text cut in the middle of an emoji ends with
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();

    /** The event's name in the store. */
    public String name(Event event) {
        return event.getClass().getSimpleName();
    }

    public String write(Event event) {
        try {
            return mapper.writeValueAsString(event);
        } catch (JsonProcessingException e) {
            throw new EngineException(
                    FailureKind.INVALID_INPUT,
                    "Event " + name(event) + " cannot be written: " + e.getOriginalMessage(),
                    e);
        }
    }

    /** @throws EngineException UNSUPPORTED where the name is unknown or the text is not that event's */
    public Event read(String name, String json) {
        Class<?> type = TYPES.get(name);
        if (type == null) {
            throw new EngineException(
                    FailureKind.UNSUPPORTED,
                    "The store holds an event of the unknown type '" + name
                            + "'; a newer version of the plugin wrote it: upgrade this controller");
        }
        try {
            return (Event) mapper.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new EngineException(
                    FailureKind.UNSUPPORTED,
                    "The store holds a damaged event of type " + name + ": " + e.getOriginalMessage()
                            + "; restore the database from a backup, or upgrade this controller if a newer one wrote it",
                    e);
        }
    }

    /** What every change has, or a checkpoint of lanes, and most with nothing but what the first version wrote. */
    @JsonInclude(JsonInclude.Include.NON_ABSENT)
    private interface AbsentLeftOut {}

    private static final class DigestReader extends FromStringDeserializer<Digest> {
        private static final long serialVersionUID = 1;

        DigestReader() {
            super(Digest.class);
        }

        @Override
        protected Digest _deserialize(String value, DeserializationContext context) {
            return new Digest(value);
        }
    }
}
