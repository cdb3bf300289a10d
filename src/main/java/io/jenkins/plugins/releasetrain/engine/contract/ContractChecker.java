package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.util.List;

/**
 * Port: compares two versions of the contracts of one kind. Pure, and bounded in size, depth, steps and memory: a hostile
 * document gets an error, never a hang; nothing outside the given files is ever read.
 */
public interface ContractChecker {
    ContractKind kind();

    /**
     * What breaks, or may break, whoever works with the older version while the newer one runs, or the other way round
     * (during a rolling update both run).
     *
     * @param before files of this kind; may be empty
     * @param after files of this kind; may be empty
     * @return worst first, then by file and location
     * @throws EngineException INVALID: a file is none of the kind, or is above the bounds; names the file and, where
     *     known, the line
     */
    List<Finding> check(List<ContractFile> before, List<ContractFile> after);
}
