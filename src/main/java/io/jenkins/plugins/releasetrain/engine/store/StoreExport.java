package io.jenkins.plugins.releasetrain.engine.store;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * All that a store holds and that cannot be derived, as gzipped lines of JSON: first the events of each stream in
 * their order, as {@code {"stream": name, "version": 1, "at": instant, "type": name, "event": {…}}}, then each set, as
 * {@code {"set": digest, "images": {service: [repository, digest, tag]}}}. Read page by page, so that trains go on
 * meanwhile; of what is appended after it has begun, some may be in it and some not, but never an event without those before
 * it in its stream.
 */
public final class StoreExport {
    private static final int PAGE = 500;

    private final SqlStore store;
    private final JsonMapper json = new JsonMapper();
    private final EventCodec codec = new EventCodec();

    /** How many lines of each kind were written. */
    public record Counts(long sets, long events) {}

    public StoreExport(SqlStore store) {
        this.store = store;
    }

    /**
     * @param out not closed
     * @throws io.jenkins.plugins.releasetrain.engine.model.EngineException where the store cannot be read
     */
    public Counts write(OutputStream out) throws IOException {
        GZIPOutputStream zipped = new GZIPOutputStream(out);
        Writer lines = new BufferedWriter(new OutputStreamWriter(zipped, StandardCharsets.UTF_8));
        long events = 0;
        for (String stream : store.streams("")) {
            events += events(stream, lines);
        }
        // Last, so that each set that the events name is there: sets are kept before whatever names them.
        long sets = sets(lines);
        lines.flush();
        zipped.finish();
        return new Counts(sets, events);
    }

    private long sets(Writer lines) throws IOException {
        long written = 0;
        List<Digest> page = store.setsAfter("", PAGE);
        while (!page.isEmpty()) {
            for (Digest digest : page) {
                ImageSet set = store.set(digest).orElseThrow();
                ObjectNode line = json.createObjectNode().put("set", digest.value());
                ObjectNode images = line.putObject("images");
                set.images()
                        .forEach((service, image) -> images.putArray(service)
                                .add(image.repository())
                                .add(image.digest().value())
                                .add(image.tag()));
                lines.write(json.writeValueAsString(line) + "\n");
                written++;
            }
            page = store.setsAfter(page.get(page.size() - 1).value(), PAGE);
        }
        return written;
    }

    private long events(String stream, Writer lines) throws IOException {
        long written = 0;
        List<RecordedEvent> page = store.events(stream, 0, PAGE);
        while (!page.isEmpty()) {
            for (RecordedEvent recorded : page) {
                ObjectNode line = json.createObjectNode()
                        .put("stream", stream)
                        .put("version", recorded.version())
                        .put("at", recorded.at().toString())
                        .put("type", codec.name(recorded.event()));
                line.set("event", json.readTree(codec.write(recorded.event())));
                lines.write(json.writeValueAsString(line) + "\n");
                written++;
            }
            page = store.events(stream, page.get(page.size() - 1).version(), PAGE);
        }
        return written;
    }
}
