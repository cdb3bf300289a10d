package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects findings: their texts are made harmless, and there is an end to their number. */
final class Findings {
    static final String REMOVED = "contract-removed";
    static final String MORE = "more-findings";

    /** Worst first, then by place. */
    static final Comparator<Finding> ORDER = Comparator.comparing(Finding::severity)
            .reversed()
            .thenComparing(Finding::file)
            .thenComparing(Finding::location)
            .thenComparing(Finding::rule)
            .thenComparing(Finding::message);

    private static final int MOST = 2_000;

    private final List<Finding> all = new ArrayList<>();
    private Severity worstLeftOut;
    private int leftOut;

    void add(Severity severity, String rule, String location, Json at, String message) {
        add(severity, rule, at.file(), location, at.line(), message);
    }

    /** Descriptors know no lines. */
    void add(Severity severity, String rule, ProtoSet.Source<?> at, String message) {
        add(severity, rule, at.set(), at.location(), 0, message);
    }

    void add(Severity severity, String rule, String file, String location, int line, String message) {
        if (all.size() < MOST) {
            all.add(new Finding(
                    severity, rule, file, Texts.message(location), Math.max(0, line), Texts.message(message)));
            return;
        }
        leftOut++;
        if (worstLeftOut == null || worstLeftOut.compareTo(severity) < 0) {
            worstLeftOut = severity;
        }
    }

    List<Finding> sorted() {
        List<Finding> sorted = new ArrayList<>(all);
        if (leftOut > 0) {
            sorted.add(new Finding(worstLeftOut, MORE, all.get(0).file(), "", 0, leftOut + " more differences"));
        }
        return sorted.stream().distinct().sorted(ORDER).toList();
    }
}
