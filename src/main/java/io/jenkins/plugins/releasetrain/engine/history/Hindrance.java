package io.jenkins.plugins.releasetrain.engine.history;

import io.jenkins.plugins.releasetrain.engine.history.Outlook.Standing;
import io.jenkins.plugins.releasetrain.engine.history.Outlook.Why;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What keeps a train from trying who is next, as far as this controller sees it: told in the place of "others are before it",
 * since those wait for the same.
 */
final class Hindrance {
    private static final String NO_BUILD = "no build is there to run the tests";

    private Hindrance() {}

    /** @param lines who holds which environment */
    static Outlook told(View.TrainNow train, Outlook outlook, List<Live.Line> lines) {
        return of(train, outlook, lines)
                .map(hindrance -> {
                    Map<String, Standing> standing = new LinkedHashMap<>(outlook.standing());
                    standing.replaceAll((change, stands) -> stands.why() == Why.OTHERS
                            ? new Standing(hindrance.why(), hindrance.what(), stands.others())
                            : stands);
                    return outlook.with(standing);
                })
                .orElse(outlook);
    }

    private static Optional<Standing> of(View.TrainNow train, Outlook outlook, List<Live.Line> lines) {
        if (!train.trials().isEmpty()) {
            return outlook.wasted() > outlook.wasteBudget()
                    ? Optional.of(new Standing(Why.BUDGET, "", 0))
                    : Optional.empty();
        }
        for (Live.Wait wait : train.waits()) {
            Optional<String> holders = holders(wait.environment(), lines);
            if (holders.isPresent()) {
                return Optional.of(new Standing(Why.ENVIRONMENT, wait.environment() + ", held by " + holders.get(), 0));
            } else if (wait.why().startsWith(NO_BUILD)) {
                return Optional.of(new Standing(Why.NO_BUILD, "", 0));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> holders(String environment, List<Live.Line> lines) {
        return lines.stream()
                .filter(line -> line.environment().equals(environment))
                .map(line -> line.standings().stream()
                        .filter(s -> s.position() == 0)
                        .map(s -> s.owner())
                        .collect(Collectors.joining(", ")))
                .filter(names -> !names.isEmpty())
                .findFirst();
    }
}
