package io.jenkins.plugins.releasetrain.engine.store;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;
import org.jdbi.v3.core.Handle;

/**
 * Sets in {@code rt_set}: a deflated JSON object {@code service → [repository, digest, tag]}, either of the whole set or
 * of the difference to its parent, where a service that is gone has null. Deflating takes the repeated names and the hex
 * form out again, so that an image costs little more than the 32 bytes of its digest.
 */
final class SqlSets {
    /** Every so many differences comes a full copy, so that reading a set is bounded. */
    static final int FULL_COPY_EVERY = 32;

    // Rows of the chain from a set up to its full copy; the full copy comes first.
    private static final String CHAIN = "WITH RECURSIVE chain (digest, parent, depth, body) AS ("
            + "SELECT digest, parent, depth, body FROM rt_set WHERE digest = :digest"
            + " UNION ALL SELECT s.digest, s.parent, s.depth, s.body FROM rt_set s JOIN chain c ON s.digest = c.parent"
            + " WHERE c.depth > 0) SELECT digest, depth, body FROM chain ORDER BY depth";

    private static final int FULL_COPIES_AT_HAND = 16;

    private final JsonMapper mapper = new JsonMapper();
    /** Decoded full copies by digest, which never change; many sets in use are made of the same few. */
    private final Map<String, SortedMap<String, PinnedImage>> fullCopies =
            Collections.synchronizedMap(new LinkedHashMap<>(2 * FULL_COPIES_AT_HAND, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, SortedMap<String, PinnedImage>> eldest) {
                    return size() > FULL_COPIES_AT_HAND;
                }
            });

    void save(Handle handle, ImageSet set, Optional<Digest> parent) {
        if (exists(handle, set.digest())) {
            return;
        }
        Optional<Chain> base = parent.flatMap(p -> chain(handle, p)).filter(c -> c.depth() + 1 < FULL_COPY_EVERY);
        SortedMap<String, PinnedImage> full = set.images();
        SortedMap<String, PinnedImage> difference =
                base.map(c -> difference(c.images(), full)).orElse(full);
        boolean delta = base.isPresent() && difference.size() * 2 < full.size();
        handle.createUpdate("INSERT INTO rt_set (digest, parent, depth, body)"
                        + " VALUES (:digest, :parent, :depth, :body) ON CONFLICT DO NOTHING")
                .bind("digest", set.digest().value())
                .bind("parent", delta ? parent.get().value() : null)
                .bind("depth", delta ? base.get().depth() + 1 : 0)
                .bind("body", encode(delta ? difference : full))
                .execute();
    }

    /** @throws EngineException DIGEST_MISMATCH where the database does not hold any more what was kept (I2) */
    Optional<ImageSet> find(Handle handle, Digest digest) {
        return chain(handle, digest).map(chain -> {
            ImageSet set = ImageSet.of(chain.images());
            if (!set.digest().equals(digest)) {
                throw new EngineException(
                        FailureKind.DIGEST_MISMATCH,
                        "The store's copy of set " + digest + " has become " + set.digest()
                                + ": the database is damaged; restore it from a backup");
            }
            return set;
        });
    }

    static List<Digest> after(Handle handle, String after, int limit) {
        return handle.createQuery("SELECT digest FROM rt_set WHERE digest > :after ORDER BY digest LIMIT :limit")
                .bind("after", after)
                .bind("limit", limit)
                .map((row, context) -> new Digest(row.getString("digest")))
                .list();
    }

    private static boolean exists(Handle handle, Digest digest) {
        return handle.createQuery("SELECT COUNT(*) FROM rt_set WHERE digest = :digest")
                        .bind("digest", digest.value())
                        .mapTo(int.class)
                        .one()
                > 0;
    }

    private Optional<Chain> chain(Handle handle, Digest digest) {
        SortedMap<String, PinnedImage> images = new TreeMap<>();
        List<Integer> depths = handle.createQuery(CHAIN)
                .bind("digest", digest.value())
                .map((row, context) -> {
                    add(row, images);
                    return row.getInt("depth");
                })
                .list();
        return depths.isEmpty() ? Optional.empty() : Optional.of(new Chain(depths.size() - 1, images));
    }

    private void add(ResultSet row, SortedMap<String, PinnedImage> images) throws SQLException {
        if (row.getInt("depth") == 0) {
            images.putAll(fullCopy(row));
            return;
        }
        decode(row.getBytes("body")).forEach((service, image) -> {
            if (image == null) {
                images.remove(service);
            } else {
                images.put(service, image);
            }
        });
    }

    private SortedMap<String, PinnedImage> fullCopy(ResultSet row) throws SQLException {
        String digest = row.getString("digest");
        SortedMap<String, PinnedImage> full = fullCopies.get(digest);
        if (full == null) {
            full = decode(row.getBytes("body"));
            fullCopies.put(digest, full);
        }
        return full;
    }

    private static SortedMap<String, PinnedImage> difference(
            SortedMap<String, PinnedImage> before, SortedMap<String, PinnedImage> after) {
        SortedMap<String, PinnedImage> difference = new TreeMap<>();
        before.keySet().stream().filter(s -> !after.containsKey(s)).forEach(s -> difference.put(s, null));
        after.forEach((service, image) -> {
            if (!image.equals(before.get(service))) {
                difference.put(service, image);
            }
        });
        return difference;
    }

    private byte[] encode(SortedMap<String, PinnedImage> images) {
        Map<String, List<String>> entries = new LinkedHashMap<>();
        images.forEach((service, i) -> entries.put(
                service, i == null ? null : List.of(i.repository(), i.digest().value(), i.tag())));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(bytes)) {
            mapper.writeValue(deflater, entries);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private SortedMap<String, PinnedImage> decode(byte[] body) {
        try (InflaterInputStream inflater = new InflaterInputStream(new ByteArrayInputStream(body))) {
            Map<String, List<String>> entries = mapper.readValue(inflater, new TypeReference<>() {});
            SortedMap<String, PinnedImage> images = new TreeMap<>();
            entries.forEach((service, e) ->
                    images.put(service, e == null ? null : new PinnedImage(e.get(0), new Digest(e.get(1)), e.get(2))));
            return images;
        } catch (IOException e) {
            throw new EngineException(
                    FailureKind.DIGEST_MISMATCH,
                    "The store's copy of a set cannot be read; restore the database from a backup",
                    e);
        }
    }

    /** A set's images, and how many differences they were made of. */
    private record Chain(int depth, SortedMap<String, PinnedImage> images) {}
}
