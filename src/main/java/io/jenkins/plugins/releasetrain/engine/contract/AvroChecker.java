package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;

/**
 * Avro's own {@link SchemaCompatibility}, both ways: what a schema registry calls FULL, since during a rolling update both
 * versions write and both read. The gate compares each candidate with what production runs, one after the other along the
 * whole history, so that each version is compared with its direct predecessor; data that is older than production's schema
 * (FULL_TRANSITIVE) is compared with it already by the gate of the version before.
 *
 * <p>Rules are the names of {@link SchemaCompatibility.SchemaIncompatibilityType}. A schema is found again by its full name,
 * in whatever file; else by an alias of the newer one; one without a name by its file.
 */
public final class AvroChecker implements ContractChecker {
    @Override
    public ContractKind kind() {
        return ContractKind.AVRO;
    }

    @Override
    public List<Finding> check(List<ContractFile> before, List<ContractFile> after) {
        Budget budget = new Budget(Bounds.STEPS);
        AvroSchemas older = AvroSchemas.read(before);
        AvroSchemas newer = AvroSchemas.read(after);
        Findings findings = new Findings();
        for (AvroSchemas.Top top : older.tops()) {
            Schema successor = newer.successor(top);
            if (successor == null) {
                findings.add(
                        Severity.ERROR,
                        Findings.REMOVED,
                        top.file(),
                        top.name(),
                        older.line(top.schema(), ""),
                        "The schema '" + Texts.shown(top.name()) + "' is not part of the contract any more");
                continue;
            }
            try {
                compare(new Pair(top, older, successor, newer), budget, findings);
            } catch (StackOverflowError e) {
                // Bounds hold for what is written; how deep Avro goes for it is not in our hands.
                throw Texts.invalid(top.file(), 0, "has schemas that are nested too deeply");
            }
        }
        return findings.sorted();
    }

    private record Pair(AvroSchemas.Top top, AvroSchemas older, Schema successor, AvroSchemas newer) {}

    /** Both ways; what is wrong in both is told once. */
    private static void compare(Pair pair, Budget budget, Findings findings) {
        budget.in(pair.top().file());
        Schema before = pair.top().schema();
        Schema after = pair.successor();
        if (before.equals(after)) {
            // Nearly all of a contract: each reads what the other writes, with all that it contains.
            return;
        }
        Map<String, Incompatibility> backward = incompatibilities(after, before, pair, budget);
        Map<String, Incompatibility> forward = incompatibilities(before, after, pair, budget);
        backward.forEach((key, found) -> {
            String reads = forward.containsKey(key)
                    ? "neither version reads what the other writes"
                    : "the newer version does not read what the older wrote";
            add(findings, pair.newer(), after, found, reads);
        });
        forward.forEach((key, found) -> {
            if (!backward.containsKey(key)) {
                add(findings, pair.older(), before, found, "the older version does not read what the newer writes");
            }
        });
    }

    private static Map<String, Incompatibility> incompatibilities(
            Schema reader, Schema writer, Pair pair, Budget budget) {
        AvroCost.check(reader, writer, pair.top().file(), budget);
        Schema known = Schema.applyAliases(writer, reader);
        Map<String, Incompatibility> found = new LinkedHashMap<>();
        SchemaCompatibility.checkReaderWriterCompatibility(reader, known)
                .getResult()
                .getIncompatibilities()
                .forEach(i -> found.putIfAbsent(i.getType() + " " + i.getLocation(), i));
        return found;
    }

    private static void add(Findings findings, AvroSchemas reader, Schema schema, Incompatibility found, String reads) {
        AvroPath path = AvroPath.of(schema, found.getLocation());
        findings.add(
                Severity.ERROR,
                found.getType().name(),
                reader.file(path.definition()),
                path.shown(),
                reader.line(path.definition(), path.field()),
                reason(found, path) + ": " + reads);
    }

    private static String reason(Incompatibility found, AvroPath path) {
        String message = Texts.shown(found.getMessage());
        return switch (found.getType()) {
            case READER_FIELD_MISSING_DEFAULT_VALUE ->
                "The field '" + Texts.shown(path.field()) + "' is in one version only and has no default";
            case MISSING_ENUM_SYMBOLS ->
                "The enum '" + Texts.shown(path.definition().getName())
                        + "' has not all symbols of the other version, and no default (" + message + ")";
            case TYPE_MISMATCH -> "The type differs (" + message + ")";
            case NAME_MISMATCH -> "The name differs (" + message + ")";
            case FIXED_SIZE_MISMATCH -> "The size differs (" + message + ")";
            case MISSING_UNION_BRANCH -> "The union lacks a type of the other version (" + message + ")";
        };
    }
}
