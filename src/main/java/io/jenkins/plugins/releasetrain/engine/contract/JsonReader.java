package io.jenkins.plugins.releasetrain.engine.contract;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads one document: JSON with Jackson, everything else as YAML. */
final class JsonReader {
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Bounds.DEPTH + 1)
                    .maxNumberLength(YamlEvents.LONGEST_NUMBER)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private JsonReader() {}

    /** @throws EngineException INVALID_INPUT with file and line */
    static Json jsonOrYaml(ContractFile file) {
        String text = text(file);
        String start = text.stripLeading();
        boolean json = start.startsWith("{") || start.startsWith("[");
        if (!json) {
            return YamlEvents.read(file.name(), text);
        }
        try {
            return json(file.name(), text);
        } catch (NotJson e) {
            if (file.name().endsWith(".json")) {
                throw e.problem;
            }
            // YAML in its flow style, with comments or plain scalars.
            return YamlEvents.read(file.name(), text);
        }
    }

    static Json json(ContractFile file) {
        try {
            return json(file.name(), text(file));
        } catch (NotJson e) {
            throw e.problem;
        }
    }

    /** Text of a file, which must be UTF-8. */
    static String text(ContractFile file) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(file.content()))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw Texts.invalid(file.name(), 0, "is no text in UTF-8");
        }
    }

    private static final class NotJson extends Exception {
        private static final long serialVersionUID = 1;

        private final transient EngineException problem;

        NotJson(EngineException problem) {
            super(problem);
            this.problem = problem;
        }
    }

    private static Json json(String file, String text) throws NotJson {
        JsonBuilder builder = new JsonBuilder(file);
        try (JsonParser parser = JSON.createParser(text)) {
            int depth = 0;
            JsonToken token = parser.nextToken();
            while (token != null) {
                event(parser, token, builder);
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                token = parser.nextToken();
                if (depth == 0 && token != null) {
                    throw new NotJson(Texts.invalid(file, line(parser), "goes on after the end of its JSON"));
                }
            }
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw new NotJson(Texts.invalid(file, line, "is no JSON: " + e.getOriginalMessage()));
        } catch (IOException e) {
            throw new NotJson(Texts.invalid(file, 0, "is no JSON: " + e.getMessage()));
        }
        if (!builder.root().isThere()) {
            throw new NotJson(Texts.invalid(file, 0, "is empty"));
        }
        return builder.root();
    }

    private static int line(JsonParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }

    private static void event(JsonParser parser, JsonToken token, JsonBuilder builder) throws IOException {
        int line = line(parser);
        switch (token) {
            case START_OBJECT -> builder.begin(true, line, null);
            case START_ARRAY -> builder.begin(false, line, null);
            case END_OBJECT, END_ARRAY -> builder.end();
            case FIELD_NAME -> builder.key(parser.currentName(), line);
            case VALUE_STRING -> builder.scalar(parser.getText(), line, null);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                builder.scalar(YamlEvents.number(parser.getText()), line, null);
            case VALUE_TRUE -> builder.scalar(Boolean.TRUE, line, null);
            case VALUE_FALSE -> builder.scalar(Boolean.FALSE, line, null);
            default -> builder.scalar(null, line, null);
        }
    }
}
