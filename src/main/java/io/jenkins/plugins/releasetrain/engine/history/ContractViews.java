package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What was published, compared and waived of the contract of a service. */
final class ContractViews {
    private static final int LOOKED_AT = 500;
    /** Of an image; so much is known of one that was compared with several, by several tools. */
    private static final int OF_AN_IMAGE = 20;

    private static final int MOST_SERVICES = 50;
    private static final int MOST_ASKED = 200;
    private static final String STREAM = "contract/";
    /** Digests have names whatever repository they are in. */
    private static final String ANY = "any";

    private final Store store;
    private final CompareViews compared;
    private final Names.Source names;

    ContractViews(Store store, CompareViews compared, Names.Source names) {
        this.store = store;
        this.compared = compared;
        this.names = names;
    }

    /** Of one change, lane or release ({@code item}), or between two releases ({@code from}, {@code to}). */
    View.ContractHistories ofImages(Parameters p) {
        Map<String, Digest> images = new TreeMap<>();
        Optional<String> item = p.text("item");
        if (item.isPresent()) {
            images(item.get()).forEach((service, image) -> images.put(service, image.digest()));
        } else {
            compared.compare(p).differences().stream()
                    .filter(d -> d.to() != null)
                    .forEach(d -> images.put(d.service(), new Digest(d.to().digest())));
        }
        List<View.ContractHistory> known = images.entrySet().stream()
                .limit(MOST_SERVICES)
                .map(e -> history(e.getKey(), Optional.of(e.getValue()), OF_AN_IMAGE))
                .filter(h -> !h.entries().isEmpty())
                .toList();
        return new View.ContractHistories(known, Math.min(images.size(), MOST_SERVICES), images.size());
    }

    private SortedMap<String, PinnedImage> images(String item) {
        return store.release(item)
                .map(r -> r.made().changed())
                .or(() -> NowViews.find(store, item).map(Entry::images))
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND, "There is no change, lane or release '" + item + "' in the history"));
    }

    View.ContractHistory contracts(String service, Parameters p) {
        return history(
                service, p.text("image").map(Digest::new), p.number("limit", ItemViews.PAGE, ItemViews.LARGEST_PAGE));
    }

    private View.ContractHistory history(String service, Optional<Digest> image, int limit) {
        List<View.ContractEntry> entries = newest(service).stream()
                .map(recorded -> entry(service, recorded))
                .flatMap(Optional::stream)
                .filter(e -> image.isEmpty() || e.image().equals(image.get().value()))
                .limit(limit)
                .toList();
        return new View.ContractHistory(
                service, entries, called(entries.stream().flatMap(e -> Stream.of(e.image(), e.before()))));
    }

    private SortedMap<String, String> called(Stream<String> digests) {
        List<PinnedImage> images = digests.filter(digest -> !digest.isEmpty())
                .distinct()
                .map(digest -> new PinnedImage(ANY, new Digest(digest), ""))
                .toList();
        Names known = names.of(images);
        SortedMap<String, String> called = new TreeMap<>();
        images.forEach(
                image -> called.put(image.digest().value(), known.image(image).name()));
        return called;
    }

    private static Optional<View.ContractEntry> entry(String service, RecordedEvent recorded) {
        if (recorded.event() instanceof Event.ContractChecked e) {
            return Optional.of(new View.ContractEntry(
                    recorded.at(),
                    "CHECKED",
                    e.before().value(),
                    e.after().value(),
                    List.of(),
                    e.findings(),
                    e.more(),
                    e.by().orElse(""),
                    "",
                    ""));
        } else if (recorded.event() instanceof Event.ContractWaived e) {
            return Optional.of(new View.ContractEntry(
                    recorded.at(), "WAIVED", "", e.image().value(), List.of(), List.of(), 0, "", e.user(), e.reason()));
        } else if (recorded.event() instanceof Event.ContractNeeded e) {
            return Optional.of(needed(service, recorded.at(), e));
        } else if (recorded.event() instanceof Event.ContractAttested e) {
            String before = e.before().map(Digest::value).orElse("");
            List<String> kept =
                    e.evidence().map(d -> e.said().result() + " " + d).stream().toList();
            return Optional.of(new View.ContractEntry(
                    recorded.at(), "ATTESTED", before, e.after().value(), kept, List.of(), 0, "", "", e.problem()));
        } else if (recorded.event() instanceof Event.ContractPublished e) {
            return Optional.of(new View.ContractEntry(
                    recorded.at(), "PUBLISHED", "", e.image().value(), e.files(), List.of(), 0, "", "", ""));
        }
        return Optional.empty();
    }

    /** Which images were tested together with which of those that they call and are called by, newest first. */
    View.Verified verified(String service, Parameters p) {
        int limit = p.number("limit", ItemViews.PAGE, ItemViews.LARGEST_PAGE);
        List<View.Pair> own = pairs(service);
        Set<String> others = new LinkedHashSet<>();
        own.forEach(pair -> others.add(pair.consumer().equals(service) ? pair.provider() : pair.consumer()));
        List<View.Pair> all = new ArrayList<>(own);
        // Of a service that never changed, others tell with whom it was tested; nothing of its own says who they are.
        Stream<String> asked = own.isEmpty()
                ? store.streams(STREAM).stream()
                        .map(stream -> stream.substring(STREAM.length()))
                        .limit(MOST_ASKED)
                : others.stream().limit(MOST_SERVICES);
        asked.filter(other -> !other.equals(service))
                .forEach(other -> pairs(other).stream()
                        .filter(pair -> pair.consumer().equals(service)
                                || pair.provider().equals(service))
                        .forEach(all::add));
        Set<List<String>> seen = new HashSet<>();
        List<View.Pair> newest = all.stream()
                .sorted(Comparator.comparing(View.Pair::at).reversed())
                .filter(pair -> seen.add(List.of(pair.consumer(), pair.image(), pair.provider(), pair.with())))
                .limit(limit)
                .toList();
        return new View.Verified(
                service, newest, called(newest.stream().flatMap(pair -> Stream.of(pair.image(), pair.with()))));
    }

    private List<View.Pair> pairs(String service) {
        List<View.Pair> pairs = new ArrayList<>();
        newest(service).forEach(recorded -> {
            if (recorded.event() instanceof Event.EdgesVerified e) {
                String own = e.image().value();
                e.with()
                        .calls()
                        .forEach((provider, with) ->
                                pairs.add(new View.Pair(service, own, provider, with.value(), e.run(), recorded.at())));
                e.with()
                        .calledBy()
                        .forEach((consumer, image) -> pairs.add(
                                new View.Pair(consumer, image.value(), service, own, e.run(), recorded.at())));
            }
        });
        return pairs;
    }

    private List<RecordedEvent> newest(String service) {
        String stream = STREAM + service;
        long from = Math.max(0, store.version(stream) - LOOKED_AT);
        List<RecordedEvent> newest = new ArrayList<>(store.events(stream, from, LOOKED_AT));
        Collections.reverse(newest);
        return newest;
    }

    /** On either's page the other is what it was looked at with. */
    private static View.ContractEntry needed(String service, Instant at, Event.ContractNeeded e) {
        boolean consumer = e.consumer().equals(service);
        return new View.ContractEntry(
                at,
                "NEEDED",
                (consumer ? e.with() : e.image()).value(),
                (consumer ? e.image() : e.with()).value(),
                List.of(e.consumer() + " → " + e.provider()),
                e.findings(),
                0,
                "",
                "",
                "");
    }
}
