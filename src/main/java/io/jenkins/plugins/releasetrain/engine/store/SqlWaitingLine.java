package io.jenkins.plugins.releasetrain.engine.store;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** The line of one environment in the database. */
record SqlWaitingLine(SqlDatabase database, String environment) implements WaitingLine {
    /** The average forgets: what is typical is what was so lately. */
    private static final int REMEMBERED = 20;

    private static final int LONGEST_OWNER = 1000;

    @Override
    public List<Place> places() {
        return database.read(
                "read who waits for '" + environment + "'",
                handle -> handle.createQuery(
                                "SELECT * FROM rt_waiting WHERE environment = :environment ORDER BY number, id")
                        .bind("environment", environment)
                        .map((row, context) -> new Place(
                                new Request(
                                        row.getString("id"),
                                        row.getString("owner"),
                                        row.getString("mode"),
                                        claims(row.getString("claims")),
                                        Duration.ofMillis(row.getLong("lease_ms")),
                                        row.getObject("since", OffsetDateTime.class)
                                                .toInstant()),
                                row.getLong("renewals")))
                        .list());
    }

    private static Set<String> claims(String text) {
        return Arrays.stream(text.split(",")).filter(s -> !s.isEmpty()).collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public void join(Request request) {
        database.write("wait for '" + environment + "'", handle -> {
            int renewed = handle.createUpdate("UPDATE rt_waiting SET renewals = renewals + 1, lease_ms = :lease"
                            + " WHERE environment = :environment AND id = :id")
                    .bind("environment", environment)
                    .bind("id", request.id())
                    .bind("lease", request.lease().toMillis())
                    .execute();
            return renewed > 0 ? renewed : insert(handle, request);
        });
    }

    private int insert(Handle handle, Request request) {
        String owner = request.owner();
        return handle.createUpdate("INSERT INTO rt_waiting (environment, id, number, owner, mode, claims, lease_ms,"
                        + " since, renewals) VALUES (:environment, :id, nextval('rt_item_key'), :owner, :mode, :claims,"
                        + " :lease, :since, 1) ON CONFLICT DO NOTHING")
                .bind("environment", environment)
                .bind("id", request.id())
                .bind("owner", owner.substring(0, Math.min(LONGEST_OWNER, owner.length())))
                .bind("mode", request.mode())
                .bind("claims", String.join(",", new TreeSet<>(request.claims())))
                .bind("lease", request.lease().toMillis())
                .bind("since", request.since().truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC))
                .execute();
    }

    @Override
    public void leave(String id) {
        database.write(
                "leave the line of '" + environment + "'",
                handle -> handle.createUpdate("DELETE FROM rt_waiting WHERE environment = :environment AND id = :id")
                        .bind("environment", environment)
                        .bind("id", id)
                        .execute());
    }

    @Override
    public boolean drop(String id, long renewals) {
        return database.write(
                        "clear the line of '" + environment + "'",
                        handle -> handle.createUpdate(
                                        "DELETE FROM rt_waiting WHERE environment = :environment AND id = :id"
                                                + " AND renewals = :renewals")
                                .bind("environment", environment)
                                .bind("id", id)
                                .bind("renewals", renewals)
                                .execute())
                > 0;
    }

    @Override
    public void held(String mode, Duration took) {
        database.write("measure how long '" + environment + "' is held", handle -> {
            handle.createUpdate("INSERT INTO rt_hold_length (environment, mode, mean_ms, counted)"
                            + " VALUES (:environment, :mode, 0, 0) ON CONFLICT DO NOTHING")
                    .bind("environment", environment)
                    .bind("mode", mode)
                    .execute();
            return handle.createUpdate("UPDATE rt_hold_length SET counted = LEAST(counted + 1, " + REMEMBERED + "),"
                            + " mean_ms = mean_ms + (:took - mean_ms) / LEAST(counted + 1, " + REMEMBERED + ")"
                            + " WHERE environment = :environment AND mode = :mode")
                    .bind("environment", environment)
                    .bind("mode", mode)
                    .bind("took", took.toMillis())
                    .execute();
        });
    }

    @Override
    public Map<String, Duration> typical() {
        return database.read("read how long '" + environment + "' is held", handle -> {
            Map<String, Duration> typical = new HashMap<>();
            handle.createQuery("SELECT mode, mean_ms FROM rt_hold_length WHERE environment = :environment")
                    .bind("environment", environment)
                    .map((row, context) ->
                            typical.put(row.getString("mode"), Duration.ofMillis(row.getLong("mean_ms"))))
                    .list();
            return typical;
        });
    }
}
