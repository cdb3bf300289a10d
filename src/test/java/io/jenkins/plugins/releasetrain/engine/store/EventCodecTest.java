package io.jenkins.plugins.releasetrain.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EventCodecTest {
    private static final JsonMapper JSON = new JsonMapper();

    private final EventCodec codec = new EventCodec();

    /**
     * What is in stores out there: a line of events.json is never changed, only added. A word after the type's name tells
     * lines of newer versions of the same type.
     */
    static Stream<Map.Entry<String, JsonNode>> stored() throws IOException {
        try (InputStream json = EventCodecTest.class.getResourceAsStream("events.json")) {
            return JSON.readTree(json).properties().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("stored")
    void shouldReadAndWriteWhatStoresHold(Map.Entry<String, JsonNode> stored) throws IOException {
        Event event = codec.read(type(stored), stored.getValue().toString());

        assertThat(codec.name(event)).isEqualTo(type(stored));
        ObjectNode written = (ObjectNode) JSON.readTree(codec.write(event));
        assertThat(written.retain(stored.getValue().properties().stream()
                        .map(Map.Entry::getKey)
                        .toList()))
                .isEqualTo(stored.getValue());
    }

    private static String type(Map.Entry<String, JsonNode> stored) {
        return stored.getKey().split(" ")[0];
    }

    @Test
    void shouldHaveALineInEventsJsonForEveryEvent() throws IOException {
        List<String> types = Arrays.stream(Event.class.getPermittedSubclasses())
                .map(Class::getSimpleName)
                .toList();

        assertThat(stored().map(EventCodecTest::type).distinct()).containsExactlyInAnyOrderElementsOf(types);
    }

    @ParameterizedTest
    @MethodSource("stored")
    void shouldSkipPropertiesThatANewerControllerWrote(Map.Entry<String, JsonNode> stored) {
        ObjectNode newer = stored.getValue().deepCopy();
        newer.put("addedLater", 1);

        assertThat(codec.read(type(stored), newer.toString()))
                .isEqualTo(codec.read(type(stored), stored.getValue().toString()));
    }

    @Test
    void shouldReadAnOptionalThatAnOlderControllerDidNotWriteAsEmpty() {
        Event.PromotionPlanned planned =
                (Event.PromotionPlanned) codec.read("PromotionPlanned", "{\"moves\": [{\"tag\": \"1.4.2\"}]}");

        assertThat(planned.moves().get(0).former()).isEmpty();
    }

    @Test
    void shouldNameAnUnknownType() {
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> codec.read("TrainFlew", "{}"))
                .withMessageContaining("'TrainFlew'")
                .withMessageContaining("upgrade")
                .extracting(EngineException::kind)
                .isEqualTo(FailureKind.UNSUPPORTED);
    }

    @Test
    void shouldSayWhatIsDamaged() {
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> codec.read("BatchDeparted", "{\"baseline\": \"latest\"}"))
                .withMessageContaining("BatchDeparted")
                .withMessageContaining("Not a digest: 'latest'")
                .extracting(EngineException::kind)
                .isEqualTo(FailureKind.UNSUPPORTED);
    }

    @Property
    void shouldKeepAnyTextInPlainAscii(@ForAll String text) {
        Event event = new Event.TrainPaused(text, text + "\ud83d");

        String json = codec.write(event);

        assertThat(json).matches("[\\x20-\\x7f]*");
        assertThat(codec.read("TrainPaused", json)).isEqualTo(event);
    }
}
