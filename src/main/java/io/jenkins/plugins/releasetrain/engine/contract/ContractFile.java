package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;

/**
 * One file of a contract.
 *
 * @param name relative path with {@code /}, unique within its kind
 * @param content never changed by anybody
 */
public record ContractFile(ContractKind kind, String name, byte[] content) {
    private static final int LONGEST_NAME = 255;

    public ContractFile {
        boolean climbs = name.startsWith("/") || ("/" + name + "/").contains("/../") || name.contains("\\");
        if (name.isBlank()
                || name.length() > LONGEST_NAME
                || climbs
                || !name.chars().allMatch(ContractFile::plain)) {
            throw EngineException.invalid("'" + name.replaceAll("\\p{Cntrl}", "?")
                    + "' is no name of a contract's file: it must be a relative path of at most " + LONGEST_NAME
                    + " characters that stays in its folder");
        }
    }

    private static boolean plain(int c) {
        return !Character.isISOControl(c);
    }
}
