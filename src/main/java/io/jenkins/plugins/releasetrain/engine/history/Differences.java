package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Services of which two sets hold other images: what these are called, and what comes with them. */
public final class Differences {
    private final Names.Source names;
    private final Origins origins;

    Differences(Names.Source names, Origins origins) {
        this.names = names;
        this.origins = origins;
    }

    /** With the usual tags that move, and links to the usual hosts. */
    public static Differences of(Store store) {
        HistoryApi.Site site = HistoryApi.Site.USUAL;
        return new Differences(new Names.Source(store, site.moves()), new Origins(store, site.links()));
    }

    /**
     * One service before and after.
     *
     * @param from and to: null where it is not there
     * @param known whether it is known what was there before
     */
    public record Change(String service, PinnedImage from, PinnedImage to, boolean known) {
        private Origins.Step step() {
            return new Origins.Step(service, digest(from), digest(to));
        }

        private static Digest digest(PinnedImage image) {
            return image == null ? null : image.digest();
        }
    }

    /** In the order of services. */
    static List<Change> between(Map<String, PinnedImage> from, Map<String, PinnedImage> to) {
        List<Change> changes = new ArrayList<>();
        from.forEach((service, before) -> {
            PinnedImage after = to.get(service);
            if (after == null || !before.digest().equals(after.digest())) {
                changes.add(new Change(service, before, after, true));
            }
        });
        to.forEach((service, after) -> {
            if (!from.containsKey(service)) {
                changes.add(new Change(service, null, after, true));
            }
        });
        changes.sort(Comparator.comparing(Change::service));
        return changes;
    }

    /** With commits of the first {@value Origins#SERVICES}. */
    public List<View.Difference> told(List<Change> changes) {
        Names called = names.of(changes.stream()
                .flatMap(c -> Stream.of(c.from(), c.to()).filter(Objects::nonNull))
                .toList());
        List<Brought.Commits> commits = origins.of(
                changes.stream().limit(Origins.SERVICES).map(Change::step).toList());
        List<View.Difference> told = new ArrayList<>();
        for (Change c : changes) {
            View.Difference difference = c.known()
                    ? called.difference(c.service(), c.from(), c.to())
                    : new View.Difference(c.service(), "BROUGHT", null, called.image(c.to()));
            told.add(told.size() < commits.size() ? difference.with(commits.get(told.size())) : difference);
        }
        return told;
    }
}
