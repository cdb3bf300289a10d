package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.Store.Runs;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The sets that a batch can be cut to: the baseline, and the baseline with the first 1…n changes. */
record Prefixes(List<ImageSet> sets) {
    static Prefixes of(ImageSet baseline, List<Change> changes) {
        List<ImageSet> sets = new ArrayList<>(changes.size() + 1);
        sets.add(baseline);
        for (Change change : changes) {
            sets.add(sets.get(sets.size() - 1).with(change.images()));
        }
        return new Prefixes(sets);
    }

    ImageSet get(int length) {
        return sets.get(length);
    }

    /** Verdicts by set, whoever ran it: the memo (design §5.5). */
    List<Runs> runs(Store store, String suite, Instant since) {
        List<Digest> digests = sets.stream().map(ImageSet::digest).distinct().toList();
        Map<Digest, Runs> known = store.runs(suite, digests, since);
        return sets.stream()
                .map(set -> known.getOrDefault(set.digest(), Runs.NONE))
                .toList();
    }
}
