package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import java.util.List;
import java.util.stream.Collectors;

/** Says for people why a trial is run. */
final class Purpose {
    private static final int SHOWN = 3;

    private Purpose() {}

    /** @param changes that the set holds on top of the batch's baseline; none: a control run */
    static String of(TrainState state, Lineup.Line line, List<Change> changes, ImageSet set) {
        Evidence evidence = state.search().evidence();
        if (changes.isEmpty()) {
            return "control run of what production runs";
        } else if (line.test().isPresent()) {
            return "test release";
        } else if (evidence.knows(set.digest().value())) {
            return "proof: the same set once more";
        }
        String ahead = state.trials().stream().map(t -> t.environment()).collect(Collectors.joining(", "));
        return (evidence.isEmpty() ? "batch of " + changes.size() : search(line, changes))
                + (ahead.isEmpty() ? "" : ", ahead of the trial in " + ahead);
    }

    private static String some(List<String> names) {
        String first = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
        return names.size() <= SHOWN ? first : first + " and " + (names.size() - SHOWN) + " more";
    }

    private static String search(Lineup.Line line, List<Change> changes) {
        List<String> leftOut =
                line.changes().subList(0, line.changes().indexOf(changes.get(changes.size() - 1))).stream()
                        .filter(c -> !changes.contains(c))
                        .map(Sets::name)
                        .toList();
        return "finding the culprit: " + changes.size() + " of "
                + line.changes().size() + (leftOut.isEmpty() ? "" : ", without the suspected " + some(leftOut));
    }
}
