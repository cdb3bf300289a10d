package io.jenkins.plugins.releasetrain.engine.event;

/**
 * One difference between two contracts, as an event keeps it.
 *
 * @param severity INFO, WARN or ERROR
 * @param rule the tool's own name of it
 * @param line of the newer file or, for what was removed, of the older one; 0: not known
 */
public record ContractFinding(String severity, String rule, String file, String location, int line, String message) {}
