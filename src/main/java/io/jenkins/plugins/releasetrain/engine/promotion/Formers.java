package io.jenkins.plugins.releasetrain.engine.promotion;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Manifest;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * The manifests that tags pointed to before they moved, each with all below it, as the journal keeps them: whoever undoes a
 * promotion may be another process, and the registry may have lost them by then.
 */
final class Formers {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Of one event. */
    private static final int MOST_BYTES = 4 << 20;

    private static final int EVENTS_PER_PAGE = 100;

    private final Store store;
    private final String stream;

    Formers(Store store, String stream) {
        this.store = store;
        this.stream = stream;
    }

    /**
     * As one text: gzip of JSON, since manifests of one set have layers in common.
     *
     * @param wholes each children first
     * @return empty where there is nothing; without those that would make it too large
     */
    static Optional<String> packed(Collection<List<Manifest>> wholes) {
        ArrayNode all = JSON.createArrayNode();
        long bytes = 0;
        for (List<Manifest> whole : wholes) {
            long more = whole.stream().mapToLong(m -> m.content().length).sum();
            if (whole.isEmpty() || bytes + more > MOST_BYTES) {
                continue;
            }
            bytes += more;
            ArrayNode manifests = all.addArray();
            // Any bytes are a text of this kind, and those of JSON are the same.
            whole.forEach(m -> manifests
                    .addObject()
                    .put("type", m.descriptor().mediaType())
                    .put("digest", m.descriptor().digest().value())
                    .put("content", new String(m.content(), StandardCharsets.ISO_8859_1)));
        }
        return all.isEmpty() ? Optional.empty() : Optional.of(zipped(all));
    }

    private static String zipped(ArrayNode all) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(bytes)) {
            zip.write(JSON.writeValueAsBytes(all));
        } catch (IOException e) {
            throw new UncheckedIOException("Memory does not break", e);
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    /** @return the manifest with all below it, children first; empty where the journal does not have it */
    List<Manifest> find(Digest digest) {
        long read = 0;
        List<Store.RecordedEvent> page;
        do {
            page = store.events(stream, read, EVENTS_PER_PAGE);
            for (Store.RecordedEvent recorded : page) {
                read = recorded.version();
                if (recorded.event() instanceof Event.TagsMoving moving
                        && moving.formers().isPresent()) {
                    for (List<Manifest> whole : unpacked(moving.formers().get())) {
                        if (whole.get(whole.size() - 1).descriptor().digest().equals(digest)) {
                            return whole;
                        }
                    }
                }
            }
        } while (page.size() == EVENTS_PER_PAGE);
        return List.of();
    }

    static List<List<Manifest>> unpacked(String text) {
        byte[] zipped = Base64.getDecoder().decode(text);
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(zipped))) {
            List<List<Manifest>> wholes = new ArrayList<>();
            for (JsonNode whole : JSON.readTree(in)) {
                List<Manifest> manifests = new ArrayList<>();
                whole.forEach(m -> manifests.add(manifest(m)));
                wholes.add(manifests);
            }
            return wholes;
        } catch (IOException e) {
            throw new UncheckedIOException("The journal's manifests cannot be read", e);
        }
    }

    private static Manifest manifest(JsonNode json) {
        byte[] content = json.path("content").asText().getBytes(StandardCharsets.ISO_8859_1);
        Digest digest = new Digest(json.path("digest").asText());
        return new Manifest(new Descriptor(json.path("type").asText(), digest, content.length), content);
    }
}
