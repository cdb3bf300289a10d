package io.jenkins.plugins.releasetrain.engine.cluster;

import io.jenkins.plugins.releasetrain.engine.cluster.FaultRule.Moment;
import io.jenkins.plugins.releasetrain.engine.cluster.FaultRule.Sign;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The table that tells whose trouble it is when a pod does not start: the first rule that fits decides. */
public record FaultRules(List<FaultRule> rules) {
    private static final String BUILT_IN = "fault-rules.txt";

    public FaultRules {
        rules = List.copyOf(rules);
    }

    /** The rules that come with the plugin: {@value #BUILT_IN} beside this class. */
    public static FaultRules builtIn() {
        try (InputStream in = FaultRules.class.getResourceAsStream(BUILT_IN)) {
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @param text one rule a line, see {@link FaultRule#parse}; empty lines and those that begin with # are none
     * @throws EngineException INVALID_INPUT where a rule is none, or two decide differently about the same
     */
    public static FaultRules parse(String text) {
        List<FaultRule> rules = new ArrayList<>();
        text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .forEach(line -> {
                    FaultRule rule = FaultRule.parse(line);
                    rules.stream()
                            .filter(other -> other.sameSigns(rule) && other.fault() != rule.fault())
                            .findFirst()
                            .ifPresent(other -> {
                                throw EngineException.invalid("Fault rule '" + line + "': fault is '"
                                        + name(rule.fault()) + "', and '" + name(other.fault())
                                        + "' in another rule for the same");
                            });
                    rules.add(rule);
                });
        return new FaultRules(rules);
    }

    /** These rules, asked before the ones that are here. */
    public FaultRules before(FaultRules others) {
        List<FaultRule> all = new ArrayList<>(rules);
        all.addAll(others.rules);
        return new FaultRules(all);
    }

    /**
     * @param deadline whether the rollout's deadline is over
     */
    Judged judge(Sign sign, boolean deadline) {
        return rules.stream()
                .filter(rule -> rule.fits(sign, deadline))
                .findFirst()
                .map(rule -> new Judged(rule.fault(), rule.when(), rule.restarts() > 0))
                .orElse(new Judged(Fault.UNKNOWN, Moment.NOW, false));
    }

    /**
     * @param process whether it is the process that ends, as it also does where something that it needs is missing
     */
    record Judged(Fault fault, Moment when, boolean process) {}

    private static String name(Fault fault) {
        return fault.name().toLowerCase(java.util.Locale.ROOT);
    }
}
