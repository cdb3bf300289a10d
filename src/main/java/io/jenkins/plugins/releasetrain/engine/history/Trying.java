package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What is being tried where. */
final class Trying {
    private static final String LANE = "lane/";

    private final Store store;
    private final NowViews now;

    Trying(Store store, NowViews now) {
        this.store = store;
        this.now = now;
    }

    /** @param places environments in which something is under way; of each the changes and lanes, the last ones win */
    record Now(Map<String, List<Entry>> places) {
        boolean isUnderWay(String environment) {
            return places.containsKey(environment);
        }

        /** Of the change or lane that brings a service there. */
        Optional<Entry> of(String environment, String service) {
            return places.getOrDefault(environment, List.of()).stream()
                    .filter(e -> e.images().containsKey(service))
                    .reduce((first, last) -> last);
        }
    }

    Now now() {
        Map<String, List<String>> ids = new HashMap<>();
        for (NowViews.Standing standing : now.standings(now.streams(), 1)) {
            String stream = standing.stream();
            View.TrainNow one = standing.train();
            one.trials()
                    .forEach(trial -> ids.computeIfAbsent(trial.environment(), e -> new ArrayList<>())
                            .addAll(trial.changes()));
            if (stream.startsWith(LANE) && !one.batch().isEmpty()) {
                String place = stream.substring(LANE.length()).split("/", 2)[0];
                one.batch()
                        .forEach(w -> ids.computeIfAbsent(place, e -> new ArrayList<>())
                                .add(w.id()));
            }
        }
        Set<String> all = new HashSet<>();
        ids.values().forEach(all::addAll);
        Map<String, Entry> entries = new HashMap<>();
        store.requests(all).forEach(e -> entries.put(e.id(), e));
        Map<String, List<Entry>> places = new HashMap<>();
        ids.forEach((place, changes) -> places.put(
                place,
                changes.stream().filter(entries::containsKey).map(entries::get).toList()));
        return new Now(places);
    }

    /** Whether something else than this was seen there. */
    static boolean isOther(Placing.Seen seen, String service, Digest digest) {
        return seen != null
                && seen.images().containsKey(service)
                && !seen.images().get(service).digest().equals(Optional.of(digest));
    }
}
