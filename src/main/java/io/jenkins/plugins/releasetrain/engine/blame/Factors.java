package io.jenkins.plugins.releasetrain.engine.blame;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A product of likelihoods that have no change in common, so that its expectation is the product of theirs. What has nothing
 * to do with each other is not multiplied out: that would be many terms, and what is hardly possible would be lost in their
 * rounding.
 */
final class Factors {
    static Factors one() {
        return new Factors(List.of());
    }

    private final List<Likelihood> parts;
    /** What was asked before, by part: of each hardly anything differs between the sets that a search looks at. */
    private final List<Map<Long, Double>> known = new ArrayList<>();

    private Prior asked = Prior.CERTAIN;

    private Factors(List<Likelihood> parts) {
        this.parts = parts;
        parts.forEach(part -> known.add(new HashMap<>()));
    }

    Factors times(Likelihood more) {
        List<Likelihood> all = new ArrayList<>(parts.size() + 1);
        all.add(together(more.changes(), all).times(more));
        return new Factors(all);
    }

    Factors failed(long set, double otherwise) {
        List<Likelihood> all = new ArrayList<>(parts.size() + 1);
        all.add(together(set, all).failed(set, otherwise));
        return new Factors(all);
    }

    /** @param apart gets the parts without any of these changes */
    private Likelihood together(long changes, List<Likelihood> apart) {
        Likelihood product = Likelihood.ONE;
        for (Likelihood part : parts) {
            if ((part.changes() & changes) == 0) {
                apart.add(part);
            } else {
                product = product.times(part);
            }
        }
        return product;
    }

    boolean isLarge() {
        return parts.stream().anyMatch(Likelihood::isLarge);
    }

    /** As {@link Likelihood#at}. */
    double at(long good, Prior prior) {
        if (asked != prior) {
            known.forEach(Map::clear);
            asked = prior;
        }
        double product = 1;
        for (int i = 0; i < parts.size(); i++) {
            Likelihood part = parts.get(i);
            product *= known.get(i).computeIfAbsent(good & part.changes(), g -> part.at(g, prior));
        }
        return product;
    }
}
