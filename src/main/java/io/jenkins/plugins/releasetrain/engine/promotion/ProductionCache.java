package io.jenkins.plugins.releasetrain.engine.promotion;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Postponed;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What production's tags point to, remembered for all trains and lanes of a store. What a promotion of any controller of
 * the store touches is forgotten at once, and not remembered before it is over; what others move is seen after at most
 * five minutes. No promotion is decided by it: its compare-and-swap asks the registry (I7). Thread safe.
 */
public final class ProductionCache {
    /** Each tag is asked for again after between half of it and all of it, so that they do not all come due at once. */
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private static final int SPREAD = 1_000;
    private static final int PAGE = 500;

    private final Store store;
    private final Clock clock;
    private final Map<Place, Seen> known = new HashMap<>();
    private final Set<Reading> readings = new HashSet<>();
    /** What promotions hold that have not let go of it, by their ids. */
    private final Map<String, Set<Place>> open = new HashMap<>();
    /** How far the stream of open promotions was read; negative: not yet. */
    private long position = -1;

    ProductionCache(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** A tag, as {@code repository:tag}, of the registry at a host. */
    private record Place(String host, String tag) {
        static Place of(Registry registry, Tag tag) {
            return new Place(registry.host(), tag.repository() + ":" + tag.tag());
        }

        /** Between a half and one, always the same for a tag. */
        double patience() {
            return 0.5 + 0.5 * Math.floorMod(hashCode(), SPREAD) / SPREAD;
        }
    }

    private record Seen(Optional<Descriptor> image, Instant at) {}

    /** Tags that are being asked for; what moves meanwhile is not remembered by their answers. */
    private static final class Reading {
        private final Set<Tag> plainly = new HashSet<>();
        /** With what was known of it, so that the registry need only say whether it is so still. */
        private final Map<Tag, Descriptor> again = new HashMap<>();

        private final Map<Tag, Descriptor> remembered = new HashMap<>();
        private final Set<Place> touched = new HashSet<>();
        private boolean allTouched;
    }

    /**
     * What production runs of some services.
     *
     * @param fresh names of those of which nothing older than this call will do
     * @return a service that was never released is absent
     */
    public ImageSet of(Registries registries, Collection<Service> services, Collection<String> fresh) {
        Registry production = registries.production();
        SortedMap<String, Tag> tags = Registries.productionTags(services);
        Instant begun = clock.instant();
        Set<String> strictly = Set.copyOf(fresh);
        Reading reading = begin(production, tags, strictly, begun);
        Map<Tag, Descriptor> found = new HashMap<>(reading.remembered);
        try {
            if (!reading.plainly.isEmpty()) {
                found.putAll(production.resolveAll(reading.plainly));
            }
            if (!reading.again.isEmpty()) {
                found.putAll(production.resolveAgain(reading.again));
            }
            keep(production, reading, found, begun);
        } finally {
            synchronized (this) {
                readings.remove(reading);
            }
        }
        SortedMap<String, PinnedImage> images = new TreeMap<>();
        tags.forEach((name, tag) -> Optional.ofNullable(found.get(tag))
                .ifPresent(image -> images.put(name, new PinnedImage(tag.repository(), image.digest(), ""))));
        return ImageSet.of(images);
    }

    private synchronized Reading begin(
            Registry production, SortedMap<String, Tag> tags, Set<String> fresh, Instant now) {
        follow();
        Reading reading = new Reading();
        tags.forEach((name, tag) -> {
            Place place = Place.of(production, tag);
            Seen seen = known.get(place);
            if (seen == null || fresh.contains(name) || isHeld(place)) {
                reading.plainly.add(tag);
            } else if (isDue(place, seen, now)) {
                seen.image().ifPresentOrElse(image -> reading.again.put(tag, image), () -> reading.plainly.add(tag));
            } else {
                seen.image().ifPresent(image -> reading.remembered.put(tag, image));
            }
        });
        readings.add(reading);
        return reading;
    }

    private static boolean isDue(Place place, Seen seen, Instant now) {
        Duration patience = Duration.ofMillis((long) (LONGEST.toMillis() * place.patience()));
        return !Postponed.waits(seen.at().plus(patience), now, patience);
    }

    private boolean isHeld(Place place) {
        return open.values().stream().anyMatch(tags -> tags.contains(place));
    }

    private synchronized void keep(Registry production, Reading reading, Map<Tag, Descriptor> found, Instant begun) {
        follow();
        Set<Tag> asked = new HashSet<>(reading.plainly);
        asked.addAll(reading.again.keySet());
        for (Tag tag : asked) {
            Place place = Place.of(production, tag);
            if (reading.allTouched || reading.touched.contains(place) || isHeld(place)) {
                known.remove(place);
            } else {
                known.put(place, new Seen(Optional.ofNullable(found.get(tag)), begun));
            }
        }
    }

    /** Forgets what promotions took or let go of since. */
    private void follow() {
        if (position < 0) {
            position = store.version(OpenPromotions.STREAM);
            return;
        }
        List<RecordedEvent> events;
        do {
            events = store.events(OpenPromotions.STREAM, position, PAGE);
            for (RecordedEvent recorded : events) {
                position = recorded.version();
                touch(recorded.event());
            }
        } while (events.size() == PAGE);
    }

    private void touch(Event event) {
        if (event instanceof Event.PromotionOpened opened) {
            Set<Place> places = places(opened.target(), opened.tags());
            open.merge(opened.promotion(), places, (one, other) -> {
                forget(one);
                return other;
            });
            forget(places);
        } else if (event instanceof Event.PromotionClosed closed) {
            Set<Place> held = open.remove(closed.promotion());
            if (held == null) {
                forgetAll();
                return;
            }
            forget(held);
            Set<String> left = Set.copyOf(closed.leftOver());
            Set<Place> still = held.stream().filter(p -> left.contains(p.tag())).collect(Collectors.toSet());
            if (!still.isEmpty()) {
                open.put(closed.promotion(), still);
            }
        }
    }

    private static Set<Place> places(String host, Collection<String> tags) {
        return tags.stream().map(tag -> new Place(host, tag)).collect(Collectors.toSet());
    }

    private void forget(Set<Place> places) {
        known.keySet().removeAll(places);
        readings.forEach(reading -> reading.touched.addAll(places));
    }

    /** A promotion is over that was begun before anything was remembered here, so that its tags are not known. */
    private void forgetAll() {
        known.clear();
        readings.forEach(reading -> reading.allTouched = true);
    }
}
