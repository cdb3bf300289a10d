package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The checkers that run in the controller, by kind; pacts and migrations are judged by tools on an agent. */
public final class Checkers {
    private static final Map<ContractKind, ContractChecker> BY_KIND = byKind(List.of(
            new AvroChecker(),
            new ProtobufChecker(),
            new OpenApiChecker(),
            new JsonSchemaChecker(),
            new AsyncApiChecker()));

    private Checkers() {}

    private static Map<ContractKind, ContractChecker> byKind(List<ContractChecker> checkers) {
        Map<ContractKind, ContractChecker> byKind = new EnumMap<>(ContractKind.class);
        checkers.forEach(c -> byKind.put(c.kind(), c));
        return Map.copyOf(byKind);
    }

    /** Whether contracts of this kind are compared here; if not, {@link #check} has nothing to say of them. */
    public static boolean knows(ContractKind kind) {
        return BY_KIND.containsKey(kind);
    }

    /**
     * Compares all contracts of a service, kind by kind. A kind that is new breaks nobody. A kind that is gone is an ERROR
     * ({@code contract-removed}): nobody can tell any more what the service promises, nothing could be compared from then
     * on, and a gate that let it pass would be passed by whoever stops publishing.
     *
     * @return worst first, then by file and location
     * @throws EngineException INVALID_INPUT: see {@link ContractChecker#check}
     */
    public static List<Finding> check(List<ContractFile> before, List<ContractFile> after) {
        List<Finding> all = new ArrayList<>();
        for (ContractKind kind : ContractKind.values()) {
            ContractChecker checker = BY_KIND.get(kind);
            if (checker != null) {
                all.addAll(check(checker, of(kind, before), of(kind, after)));
            }
        }
        return all.stream().sorted(Findings.ORDER).toList();
    }

    private static List<Finding> check(ContractChecker checker, List<ContractFile> before, List<ContractFile> after) {
        if (!before.isEmpty() && after.isEmpty()) {
            return List.of(new Finding(
                    Severity.ERROR,
                    Findings.REMOVED,
                    before.get(0).name(),
                    "",
                    0,
                    "The " + checker.kind().word()
                            + " contract is not published any more: nobody can tell what breaks"));
        }
        // Without a before there is nothing to compare, but what cannot be read is told by whoever publishes it.
        return before.isEmpty() && after.isEmpty() ? List.of() : checker.check(before, after);
    }

    private static List<ContractFile> of(ContractKind kind, List<ContractFile> files) {
        return files.stream().filter(f -> f.kind() == kind).toList();
    }
}
