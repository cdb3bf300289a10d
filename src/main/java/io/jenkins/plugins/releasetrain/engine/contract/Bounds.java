package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** How large contracts may be. What is above is refused by name: nobody waits for it, and no memory is asked for it. */
final class Bounds {
    static final int FILE_BYTES = 16 << 20;
    static final int ALL_BYTES = 32 << 20;
    static final int FILES = 2_000;
    /** Values of one version of a contract, with what aliases repeat. */
    static final int NODES = 500_000;
    /** Objects and lists within each other; also what keeps recursive libraries within a thread's stack. */
    static final int DEPTH = 100;
    /** Comparisons of two values: a contract of 1,000 operations takes some 500,000. */
    static final int STEPS = 4_000_000;

    private Bounds() {}

    /** Sizes and names of one version's files of one kind. */
    static void check(List<ContractFile> files) {
        if (files.size() > FILES) {
            throw EngineException.invalid(
                    "The contract has " + files.size() + " files of one kind; at most " + FILES + " are compared");
        }
        Set<String> names = new HashSet<>();
        long all = 0;
        for (ContractFile file : files) {
            all += file.content().length;
            if (file.content().length > FILE_BYTES || all > ALL_BYTES) {
                throw Texts.invalid(
                        file.name(),
                        0,
                        "is too large: at most " + FILE_BYTES + " bytes in one file and " + ALL_BYTES
                                + " in all are compared");
            }
            if (!names.add(file.name())) {
                throw Texts.invalid(file.name(), 0, "is there twice; each file of a kind needs a name of its own");
            }
        }
    }
}
