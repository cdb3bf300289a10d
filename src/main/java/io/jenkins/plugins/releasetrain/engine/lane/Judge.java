package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.blame.Belief;
import io.jenkins.plugins.releasetrain.engine.blame.Rates;
import io.jenkins.plugins.releasetrain.engine.blame.Run;
import io.jenkins.plugins.releasetrain.engine.blame.Timeline;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.Judgement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Whether a lane that failed is to blame: the same belief as the train's, over the runs of the environment (I4). */
record Judge(Judgement settings) {
    private static final double PERCENT = 100;

    /**
     * @param environment as the runs name it
     * @return why it is rejected, with the runs that prove it, in order; empty while that is not proven
     */
    Optional<String> guilty(RunLog log, String lane, String environment) {
        Timeline timeline = log.timeline();
        List<Run> proof = timeline.proof(lane);
        if (proof.isEmpty()) {
            return Optional.empty();
        }
        double innocence = innocence(log, lane, environment);
        return innocence < settings.innocence()
                ? Optional.of(String.format(
                        Locale.ROOT,
                        "%s; chance of innocence %.4f %%",
                        words(proof, environment),
                        PERCENT * innocence))
                : Optional.empty();
    }

    private double innocence(RunLog log, String lane, String environment) {
        Map<String, Integer> bits = new HashMap<>(Map.of(lane, 0));
        List<Belief.Failed> failed = new ArrayList<>();
        for (Run run : log.failures(lane)) {
            long set = 0;
            for (String change : run.changes()) {
                int bit = bits.computeIfAbsent(change, c -> bits.size());
                if (bit < Belief.WIDEST) {
                    set |= 1L << bit;
                }
            }
            failed.add(new Belief.Failed(set, run));
        }
        Rates rates = log.statistics().rates(settings.prior());
        return new Belief(rates, new Belief.Known(failed, log.timeline(), 0, 0, environment)).innocence(1);
    }

    private static String words(List<Run> proof, String environment) {
        List<String> words = new ArrayList<>();
        for (Run run : proof) {
            String what = run.failed()
                    ? words.isEmpty() ? "failed" : "failed again"
                    : run.isControl() ? "the baseline passed" : "others passed without it";
            words.add(what + " (run " + run.id() + " at " + run.end() + ")");
        }
        return "in " + environment + ": " + String.join(", ", words);
    }
}
