package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import io.jenkins.plugins.releasetrain.engine.store.Production;
import io.jenkins.plugins.releasetrain.engine.store.Provenance.Held;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** The rows of a matrix: asks the store once for all that is to be told of their cells. */
final class MatrixRows {
    /** Releases that an image is behind are counted up to here. */
    static final int MOST_BEHIND = 50;

    private final Store store;
    private final Names.Source names;
    private final Trying.Now trying;
    private final List<MatrixViews.Stand> columns;

    MatrixRows(Store store, Names.Source names, Trying.Now trying, List<MatrixViews.Stand> columns) {
        this.store = store;
        this.names = names;
        this.trying = trying;
        this.columns = columns;
    }

    /**
     * What is in a place.
     *
     * @param image null where it does not have the service
     * @param candidate the change or lane that it is of; null for none
     * @param seen instead; null where nothing else was
     */
    private record Found(PinnedImage image, Entry candidate, ImageReference seen) {
        /** Null where nothing else was seen, or not by its digest. */
        private PinnedImage other() {
            return seen == null || seen.digest().isEmpty()
                    ? null
                    : new PinnedImage(
                            image.repository(), seen.digest().get(), seen.tag().orElse(""));
        }
    }

    List<Placed.Row> of(List<String> services, Map<String, Production> production) {
        Map<String, List<Found>> found = new HashMap<>();
        List<PinnedImage> images = new ArrayList<>();
        Set<Held> held = new LinkedHashSet<>();
        for (String service : services) {
            List<Found> row = columns.stream().map(c -> found(c, service)).toList();
            found.put(service, row);
            PinnedImage now = now(production, service);
            images.add(now);
            row.forEach(f -> images.addAll(Arrays.asList(f.image(), f.other())));
            row.stream()
                    .filter(f -> f.image() != null && f.candidate() == null && isOther(f.image(), now))
                    .forEach(f -> held.add(new Held(service, f.image().digest())));
        }
        Names called = names.of(images);
        Map<Held, OptionalInt> behind = behind(held);
        List<Placed.Row> rows = new ArrayList<>();
        for (String service : services) {
            rows.add(row(service, production.get(service), found.get(service), called, behind));
        }
        return rows;
    }

    private static PinnedImage now(Map<String, Production> production, String service) {
        Production row = production.get(service);
        return row == null ? null : row.image();
    }

    private static boolean isOther(PinnedImage image, PinnedImage production) {
        return production != null && !image.digest().equals(production.digest());
    }

    private Map<Held, OptionalInt> behind(Collection<Held> held) {
        List<Held> asked = List.copyOf(held);
        List<OptionalInt> counted = store.provenance().behind(asked, MOST_BEHIND);
        Map<Held, OptionalInt> behind = new HashMap<>();
        for (int i = 0; i < asked.size(); i++) {
            behind.put(asked.get(i), counted.get(i));
        }
        return behind;
    }

    /**
     * Where something is under way, what was installed is still coming or going: what the history knows is not told as
     * somebody else's then.
     */
    private Found found(MatrixViews.Stand stand, String service) {
        String environment = stand.holding().environment();
        PinnedImage image = stand.images().get(service);
        Entry candidate = trying.of(environment, service).orElse(null);
        Placing.Seen seen = stand.seen().orElse(null);
        if (candidate != null) {
            PinnedImage tried = candidate.images().get(service);
            boolean beside = image != null && Trying.isOther(seen, service, tried.digest());
            return new Found(beside ? image : tried, candidate, null);
        } else if (image == null || !Trying.isOther(seen, service, image.digest())) {
            return new Found(image, null, null);
        }
        ImageReference other = seen.images().get(service);
        boolean known = trying.isUnderWay(environment)
                && other.digest()
                        .filter(digest -> !store.images(List.of(digest)).isEmpty())
                        .isPresent();
        return new Found(image, null, known ? null : other);
    }

    private Placed.Row row(
            String service, Production production, List<Found> found, Names called, Map<Held, OptionalInt> behind) {
        List<PinnedImage> all = new ArrayList<>();
        all.add(production == null ? null : production.image());
        found.forEach(f -> all.add(f.image()));
        List<View.Image> images = called.beside(all);
        List<Placed.Spot> spots = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            Found f = found.get(i);
            View.Image image = images.get(i + 1);
            spots.add(
                    image == null
                            ? null
                            : new Placed.Spot(
                                    image,
                                    behind.getOrDefault(
                                                    new Held(service, f.image().digest()), OptionalInt.empty())
                                            .orElse(0),
                                    f.candidate() == null ? null : candidate(f.candidate()),
                                    seen(f, called)));
        }
        return new Placed.Row(service, images.get(0), production == null ? "" : production.release(), spots);
    }

    /** By its tag where it was asked for by nothing else. */
    private static View.Image seen(Found found, Names called) {
        if (found.seen() == null || found.other() != null) {
            return called.image(found.other());
        }
        String tag = found.seen().tag().orElse("");
        return new View.Image(found.seen().repository(), tag, "", tag);
    }

    private static Placed.Candidate candidate(Entry entry) {
        return new Placed.Candidate(
                entry.id(), entry.origin().build(), entry.origin().page());
    }
}
