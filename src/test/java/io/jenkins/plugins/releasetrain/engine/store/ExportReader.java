package io.jenkins.plugins.releasetrain.engine.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;

/** Reads an export as anybody could who has it, into an empty store. */
final class ExportReader {
    private static final JsonMapper JSON = new JsonMapper();

    private ExportReader() {}

    static void into(SqlStore store, InputStream file) throws IOException {
        EventCodec codec = new EventCodec();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(new GZIPInputStream(file), StandardCharsets.UTF_8))) {
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                JsonNode line = JSON.readTree(text);
                if (line.has("set")) {
                    store.saveSet(set(line), Optional.empty());
                } else {
                    long version = line.get("version").asLong();
                    RecordedEvent event = new RecordedEvent(
                            version,
                            Instant.parse(line.get("at").asText()),
                            codec.read(line.get("type").asText(), JSON.writeValueAsString(line.get("event"))));
                    store.append(line.get("stream").asText(), version - 1, List.of(event));
                }
            }
        }
    }

    private static ImageSet set(JsonNode line) {
        TreeMap<String, PinnedImage> images = new TreeMap<>();
        line.get("images")
                .fields()
                .forEachRemaining(e -> images.put(
                        e.getKey(),
                        new PinnedImage(
                                e.getValue().get(0).asText(),
                                new Digest(e.getValue().get(1).asText()),
                                e.getValue().get(2).asText())));
        return ImageSet.of(images);
    }
}
