package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;

/**
 * What production held of services that nothing was ever told of: baselines tell it. Each departure has a baseline, and one
 * differs from that before by a few images of thousands, so that only those are looked at which were not before.
 */
final class SqlBaselines {
    private static final int BASELINES = 200;
    private static final int IMAGES = 50_000;

    private final SqlSets sets;
    /** Of transactions that are committed. */
    private final Looked committed = new Looked();

    /** The newest that were looked at: sets, and images by service. */
    private static final class Looked {
        private final Set<Digest> sets = new HashSet<>();
        private final Map<String, PinnedImage> images = new LinkedHashMap<>();

        synchronized boolean has(Digest set) {
            return sets.contains(set);
        }

        synchronized boolean has(String service, PinnedImage image) {
            return image.equals(images.get(service));
        }

        synchronized void add(Looked other) {
            // Departures have the same ones again and again; to forget all of them now and then costs one look.
            if (sets.size() + other.sets.size() > BASELINES) {
                sets.clear();
            }
            if (images.size() + other.images.size() > IMAGES) {
                images.clear();
            }
            sets.addAll(other.sets);
            images.putAll(other.images);
        }
    }

    SqlBaselines(SqlSets sets) {
        this.sets = sets;
    }

    /** Those of one transaction; they count as looked at when it is committed, since a rollback takes back what was written. */
    Look look(Handle handle) {
        Looked mine = new Looked();
        handle.afterCommit(() -> committed.add(mine));
        return new Look(handle, mine);
    }

    /** At the baselines that one transaction tells of. */
    final class Look {
        private final Handle handle;
        private final Looked mine;

        private Look(Handle handle, Looked mine) {
            this.handle = handle;
            this.mine = mine;
        }

        /** @return its images that were not looked at before */
        Collection<PinnedImage> at(Digest set, Instant at) {
            if (committed.has(set) || !mine.sets.add(set)) {
                return List.of();
            }
            Map<String, PinnedImage> news = new TreeMap<>();
            sets.find(handle, set)
                    .ifPresent(found -> found.images().forEach((service, image) -> {
                        boolean known = mine.images.containsKey(service)
                                ? mine.has(service, image)
                                : committed.has(service, image);
                        if (!known) {
                            news.put(service, image);
                        }
                    }));
            produced(news, at);
            mine.images.putAll(news);
            return news.values();
        }

        private void produced(Map<String, PinnedImage> images, Instant at) {
            Map<String, String> known = services(images.values());
            images.forEach((service, image) -> {
                String name = known.get(image.repository());
                if (name == null) {
                    insert(handle, service, image, at);
                } else if (name.equals(image.repository()) && !name.equals(service)) {
                    handle.createUpdate("UPDATE rt_production SET service = :service, revision = revision + 1"
                                    + " WHERE repository = :repository")
                            .bind("service", service)
                            .bind("repository", image.repository())
                            .execute();
                }
            });
        }

        private Map<String, String> services(Collection<PinnedImage> images) {
            Map<String, String> services = new HashMap<>();
            List<String> wanted =
                    images.stream().map(PinnedImage::repository).distinct().toList();
            if (!wanted.isEmpty()) {
                handle.createQuery(
                                "SELECT repository, service FROM rt_production WHERE repository = ANY(:repositories)")
                        .bindArray("repositories", String.class, wanted)
                        .map((row, context) -> services.put(row.getString("repository"), row.getString("service")))
                        .list();
            }
            return services;
        }
    }

    /** Where nothing is known of that repository. */
    static void insert(Handle handle, String service, PinnedImage image, Instant at) {
        handle.createUpdate("INSERT INTO rt_production (repository, service, digest, tag, release_id, happened)"
                        + " VALUES (:repository, :service, :digest, :tag, '', :at) ON CONFLICT DO NOTHING")
                .bind("repository", image.repository())
                .bind("service", service)
                .bind("digest", image.digest().value())
                .bind("tag", image.tag())
                .bind("at", at.atOffset(ZoneOffset.UTC))
                .execute();
    }
}
