package io.jenkins.plugins.releasetrain.engine.model;

/**
 * What becomes of a change whose contract is not compatible with what production runs (design §13).
 *
 * @param blocking the least severity that stops a change under {@link Mode#BLOCK}
 */
public record ContractPolicy(Mode mode, Severity blocking) {
    /** Contracts that somebody attached are looked at, and nothing else is different. */
    public static final ContractPolicy USUAL = new ContractPolicy(Mode.TELL, Severity.ERROR);

    /** Whether contracts are looked at, and whether they can stop a change. */
    public enum Mode {
        OFF,
        TELL,
        BLOCK
    }

    /** Ordered: what is worse comes later. */
    public enum Severity {
        /** Nobody breaks; worth telling. */
        INFO,
        /** May break somebody who reads the contract in another way. */
        WARN,
        /** Breaks whoever relies on the older contract. */
        ERROR
    }
}
