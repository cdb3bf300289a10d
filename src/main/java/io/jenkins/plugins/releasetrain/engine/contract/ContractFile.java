package io.jenkins.plugins.releasetrain.engine.contract;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.util.Optional;

/**
 * One file of a contract.
 *
 * @param name relative path with {@code /}, unique within its kind
 * @param content never changed by anybody
 */
public record ContractFile(ContractKind kind, String name, byte[] content) {
    /** Before the name of a service of which something is needed, and a slash. */
    public static final String NEEDS = "needs/";

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

    /** The service whose contract this is a part of, as its consumer needs it; empty: a contract of the image's own. */
    Optional<String> neededOf() {
        int end = name.indexOf('/', NEEDS.length());
        return name.startsWith(NEEDS) && end > 0 ? Optional.of(name.substring(NEEDS.length(), end)) : Optional.empty();
    }

    /** What is needed of a service, by the name that it may have there. */
    ContractFile asItsOwn() {
        return neededOf()
                .map(provider ->
                        new ContractFile(kind, name.substring(NEEDS.length() + provider.length() + 1), content))
                .orElse(this);
    }

    private static boolean plain(int c) {
        return !Character.isISOControl(c);
    }
}
