package io.jenkins.plugins.releasetrain.engine.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.h2.api.Trigger;

/** An H2 trigger that lets so many rows be written and refuses the next one. */
public final class FailingWrites implements Trigger {
    /** How many; static, because H2 makes the instances. */
    static final AtomicInteger LEFT = new AtomicInteger(Integer.MAX_VALUE);

    /** Watches all tables of the store. */
    static void watch(SqlDatabase database) {
        database.write("watch", handle -> {
            for (String table : handle.createQuery("SELECT table_name FROM information_schema.tables"
                            + " WHERE table_name LIKE 'rt!_%' ESCAPE '!' AND table_name <> 'rt_schema_history'")
                    .mapTo(String.class)
                    .list()) {
                handle.execute("CREATE TRIGGER watch_" + table + " BEFORE INSERT, UPDATE, DELETE ON " + table
                        + " FOR EACH ROW CALL '" + FailingWrites.class.getName() + "'");
            }
            return null;
        });
    }

    @Override
    public void fire(Connection connection, Object[] oldRow, Object[] newRow) throws SQLException {
        if (LEFT.getAndDecrement() == 0) {
            throw new SQLException("the process dies here");
        }
    }
}
