package io.jenkins.plugins.releasetrain.config;

import hudson.util.FormValidation;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** How registries and clusters answered when they were last asked, since this controller started; in memory only. */
final class Checks {
    private final Map<String, Checked> last = new ConcurrentHashMap<>();

    /**
     * An answer.
     *
     * @param version of the entry that was asked with: another one has not been asked yet
     * @param html as the button of its own page shows it; what is not its markup is escaped
     */
    record Checked(String version, boolean well, String html, Instant at) {}

    void put(EntryKind kind, String name, Checked checked) {
        last.put(key(kind, name), checked);
    }

    /** Of the entry as it is saved now; empty where it was not asked. */
    Optional<Checked> of(EntryKind kind, String name, String version) {
        return Optional.ofNullable(last.get(key(kind, name)))
                .filter(checked -> checked.version().equals(version));
    }

    private static String key(EntryKind kind, String name) {
        return kind.key() + "/" + name;
    }

    /** A warning is an answer all the same. */
    static boolean isWell(FormValidation answer) {
        return answer.kind != FormValidation.Kind.ERROR;
    }
}
