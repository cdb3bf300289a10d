package io.jenkins.plugins.releasetrain.engine.train;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import java.util.List;

/**
 * Somebody wants an earlier release's set in production again.
 *
 * @param release whose set
 * @param reason for everybody; never empty
 * @param hold whether nothing else is released until somebody frees it
 * @param bad releases that this goes back over and that are marked bad with it
 */
public record Rollback(String release, String reason, boolean hold, List<String> bad, String user) {
    public Rollback {
        if (reason.isBlank()) {
            throw EngineException.invalid("Rolling back to '" + release + "' needs a reason");
        }
        bad = List.copyOf(bad);
    }

    /** One that neither holds anything nor marks anything bad. */
    public static Rollback to(String release, String reason, String user) {
        return new Rollback(release, reason, false, List.of(), user);
    }
}
