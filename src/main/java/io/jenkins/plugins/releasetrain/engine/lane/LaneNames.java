package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.blame.Run;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** What lanes are called by people, in texts that name runs by their ids. */
final class LaneNames {
    private LaneNames() {}

    /** Asks the store for lanes that are over, where a text names any. */
    static String in(String text, LaneState s, Store store) {
        Map<String, String> names = new HashMap<>();
        List<String> asked =
                named(text, s).stream().map(LaneNames::lane).distinct().toList();
        if (!asked.isEmpty()) {
            store.requests(asked).forEach((Entry entry) -> names.put(entry.id(), name(entry.images())));
        }
        return replaced(text, s, names);
    }

    /** Knows lanes that are not over. */
    static String in(String text, LaneState s) {
        Map<String, String> names = new HashMap<>();
        s.lanes().forEach(lane -> names.put(lane.id(), name(lane.candidates())));
        return replaced(text, s, names);
    }

    private static String replaced(String text, LaneState s, Map<String, String> names) {
        String result = text;
        for (Run run : named(text, s)) {
            String lane = lane(run);
            if (names.containsKey(lane)) {
                String attempt = run.id().substring(lane.length() + 1);
                result = result.replace(run.id(), names.get(lane) + " (attempt " + attempt + ")");
            }
        }
        return result;
    }

    /** The longest first: one id may begin another. */
    private static List<Run> named(String text, LaneState s) {
        return s.runs().runs().stream()
                .filter(run -> run.id().indexOf('-') > 0 && text.contains(run.id()))
                .sorted(Comparator.comparing((Run run) -> run.id().length()).reversed())
                .toList();
    }

    /** The lane whose attempt it was. */
    static String lane(Run run) {
        return run.id().substring(0, Math.max(0, run.id().lastIndexOf('-')));
    }

    private static String name(SortedMap<String, PinnedImage> images) {
        return images.entrySet().stream()
                .map(e -> e.getKey()
                        + (e.getValue().tag().isEmpty()
                                ? ""
                                : " " + e.getValue().tag()))
                .collect(Collectors.joining(" + "));
    }
}
