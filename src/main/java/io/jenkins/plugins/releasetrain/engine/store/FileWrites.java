package io.jenkins.plugins.releasetrain.engine.store;

import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.h2.engine.SessionLocal;
import org.h2.jdbc.JdbcConnection;
import org.h2.mvstore.MVStore;
import org.jdbi.v3.core.Handle;

/**
 * Writes to an H2 file, one after the other. H2 saves one map after the other (MVStore.collectChangedMapRoots), so that of a
 * transaction that ends meanwhile it saves a part; after a crash a row may then be held by a transaction that is gone, and
 * whoever changes it waits for ever. Its thread that saves in the background does the same, and lets a checkpoint return
 * before everything is written. So that thread is switched off, and its other work, rewriting what is sparse, is done here.
 */
final class FileWrites {
    /** For H2's URL: each transaction is saved by its own thread when it ends, and nothing is saved in the background. */
    static final String OPTION = ";WRITE_DELAY=0";

    private static final int WRITES_BETWEEN = 32;
    /** As H2 has it by default for a database that is in use, in per cent of a chunk that is still needed. */
    private static final int FILL_RATE = 81;

    private static final int MOST_BYTES = 1 << 20;

    private final ReentrantLock one = new ReentrantLock(true);
    private int writes;

    /** Before a connection is taken, lest those who wait keep readers from having one. */
    <T> T alone(Supplier<T> work) {
        one.lock();
        try {
            return work.get();
        } finally {
            one.unlock();
        }
    }

    /** Forces what was committed to disk. */
    void force(Handle handle) {
        handle.execute("CHECKPOINT SYNC");
        if (++writes % WRITES_BETWEEN == 0) {
            rewriteSparse(handle);
        }
    }

    private static void rewriteSparse(Handle handle) {
        // H2 cannot wait for its lock then, and throws.
        boolean interrupted = Thread.interrupted();
        try {
            MVStore store = ((SessionLocal)
                            handle.getConnection().unwrap(JdbcConnection.class).getSession())
                    .getDatabase()
                    .getStore()
                    .getMvStore();
            if (store.compact(FILL_RATE, MOST_BYTES)) {
                store.commit();
            }
        } catch (SQLException | RuntimeException e) {
            // What was written is safe; the next write tells what is wrong with the file.
            interrupted |= e.getCause() instanceof InterruptedException;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
