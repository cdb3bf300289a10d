package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.model.ContractPolicy.Severity;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/** Contracts whose files are documents that may refer to each other: which of them are compared with which. */
final class Documents {
    private final References older;
    private final References newer;
    private final Predicate<Json> isRoot;
    private final Findings findings = new Findings();
    private final SchemaComparison schemas;
    private final Sameness sameness;
    /** Whoever compares a contract with itself wants to know whether it can be compared at all. */
    private final boolean isWhole;

    /** @param isRoot whether a document is one of the kind, and not only a part of another */
    Documents(List<ContractFile> before, List<ContractFile> after, Predicate<Json> isRoot, String what) {
        this.older = References.read(before);
        this.newer = References.read(after);
        this.isRoot = isRoot;
        this.schemas = new SchemaComparison(older, newer, new Budget(Bounds.STEPS), findings);
        this.sameness = new Sameness(older, newer);
        this.isWhole = before.equals(after);
        requireKind(older, what);
        requireKind(newer, what);
    }

    private void requireKind(References references, String what) {
        references.documents().forEach((name, document) -> {
            if (!isRoot.test(document) && !references.isReferred(name)) {
                throw Texts.invalid(name, 1, "is no " + what + ", and no other file refers to it");
            }
        });
    }

    SchemaComparison schemas() {
        return schemas;
    }

    /** Whether a part is alike in both versions, with all that it refers to, and need not be compared. */
    boolean isUnchanged(Json old, Json now) {
        return !isWhole && sameness.same(old, now);
    }

    /** Tells of what is at a place of either version. */
    void add(Severity severity, String rule, String location, Json at, String message) {
        findings.add(severity, rule, location, at, message);
    }

    Json old(Json json) {
        return older.resolve(json);
    }

    Json now(Json json) {
        return newer.resolve(json);
    }

    /** Each document of the older version with its successor, of the same name or the only one. */
    List<Finding> compare(BiConsumer<Json, Json> comparison) {
        Map<String, Json> successors = newer.documents();
        List<Json> roots = roots(older);
        List<Json> newRoots = roots(newer);
        for (Json root : roots) {
            Json same = successors.get(root.file());
            Json successor = same != null && isRoot.test(same)
                    ? same
                    : roots.size() == 1 && newRoots.size() == 1 ? newRoots.get(0) : null;
            if (successor == null) {
                findings.add(
                        Severity.ERROR,
                        Findings.REMOVED,
                        root.file(),
                        "",
                        1,
                        "The file is not part of the contract any more");
            } else {
                schemas.budget().in(successor.file());
                comparison.accept(root, successor);
            }
        }
        newer.remote()
                .forEach((ref, at) -> add(
                        Severity.INFO,
                        "reference-not-followed",
                        ref,
                        at,
                        "Nothing outside of the contract is read: what '" + ref + "' says is not compared"));
        return findings.sorted();
    }

    private List<Json> roots(References references) {
        return references.documents().values().stream().filter(isRoot).toList();
    }
}
