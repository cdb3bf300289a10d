package io.jenkins.plugins.releasetrain.engine.store;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.MigrationState;

/**
 * The tables of a store, as they are.
 *
 * @param product the database, as it calls itself; empty where there is none
 * @param version of the tables; empty where there are none of ours
 * @param pending what opening the store would do, as in {@code 6 (by hand)}
 * @param newer whether another controller has upgraded them beyond what this one knows
 */
public record Schema(String product, Optional<String> version, List<String> pending, boolean newer) {
    static final Schema NONE = new Schema("", Optional.empty(), List.of(), false);

    static Schema of(String product, MigrationInfoService info) {
        List<String> pending = Arrays.stream(info.pending())
                .map(m -> m.getVersion() + " (" + m.getDescription() + ")")
                .toList();
        boolean newer = Arrays.stream(info.all())
                .map(MigrationInfo::getState)
                .anyMatch(s -> s == MigrationState.FUTURE_SUCCESS || s == MigrationState.FUTURE_FAILED);
        return new Schema(
                product,
                Optional.ofNullable(info.current()).map(m -> m.getVersion().toString()),
                pending,
                newer);
    }

    /** For people. */
    public String text() {
        if (product.isEmpty()) {
            return "There is no such database yet; it is made when the store is first used";
        }
        String tables = version.map(v -> "tables of version " + v).orElse("no tables of this plugin yet");
        String said = product + " answers; it has " + tables;
        if (newer) {
            return said + ", which this version of the plugin does not know: upgrade this controller";
        } else if (pending.isEmpty()) {
            return said + ", up to date";
        }
        return said + "; using the store brings them to version " + String.join(", ", pending);
    }
}
