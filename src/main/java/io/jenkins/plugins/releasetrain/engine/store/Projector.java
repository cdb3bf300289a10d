package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/** Derives the history from appended events, in the transaction of the append. */
final class Projector {
    /** Inserts come first: one append may both start and end a trial. */
    private enum Statement {
        RELEASE("INSERT INTO rt_release (id, owner, number, stream, version, made, rollback_of)"
                + " VALUES (:id, :owner, :number, :stream, :version, :at, :rollbackOf)"),
        CHANGE("INSERT INTO rt_change (id, stream, version) VALUES (:id, :stream, :version)"),
        TRIAL("INSERT INTO rt_trial (id, batch, stream, version) VALUES (:id, :batch, :stream, :version)"),
        RUN("INSERT INTO rt_run (suite, set_digest, happened, passed, failed)"
                + " VALUES (:suite, :set, :happened, :passed, :failed)"),
        // What happened first stands, as everywhere in the history.
        RELEASE_PROMOTED("UPDATE rt_release SET done_stream = :stream, done_version = :version, promoted = :at"
                + " WHERE id = :id AND done_version IS NULL"),
        CHANGE_ENDED("UPDATE rt_change SET done_stream = :stream, done_version = :version"
                + " WHERE id = :id AND done_version IS NULL"),
        TRIAL_ENDED("UPDATE rt_trial SET done_stream = :stream, done_version = :version"
                + " WHERE id = :id AND done_version IS NULL"),
        TRIAL_TESTS("UPDATE rt_trial SET tests_version = :version WHERE id = :id AND stream = :stream"
                + " AND tests_version IS NULL");

        private final String sql;

        Statement(String sql) {
            this.sql = sql;
        }
    }

    private final Handle handle;
    private final String stream;
    private final Map<Statement, PreparedBatch> batches = new EnumMap<>(Statement.class);

    private Projector(Handle handle, String stream) {
        this.handle = handle;
        this.stream = stream;
    }

    static void project(Handle handle, String stream, List<RecordedEvent> events) {
        Projector projector = new Projector(handle, stream);
        events.forEach(projector::add);
        projector.batches.values().forEach(PreparedBatch::execute);
    }

    private void add(RecordedEvent recorded) {
        Event event = recorded.event();
        if (event instanceof Event.ReleaseMade made) {
            at(Statement.RELEASE, recorded, made.id())
                    .bind("owner", made.owner())
                    .bind("number", made.number())
                    .bind("at", recorded.at().atOffset(ZoneOffset.UTC))
                    .bind("rollbackOf", made.rollbackOf())
                    .add();
        } else if (event instanceof Event.ReleasePromoted promoted) {
            at(Statement.RELEASE_PROMOTED, recorded, promoted.release())
                    .bind("at", recorded.at().atOffset(ZoneOffset.UTC))
                    .add();
        } else if (event instanceof Event.ChangeQueued queued) {
            at(Statement.CHANGE, recorded, queued.change().id()).add();
        } else if (event instanceof Event.ChangeEnded ended) {
            at(Statement.CHANGE_ENDED, recorded, ended.change()).add();
        } else if (event instanceof Event.TrialStarted started) {
            at(Statement.TRIAL, recorded, started.trial())
                    .bind("batch", started.batch())
                    .add();
        } else if (event instanceof Event.TrialEnded ended) {
            at(Statement.TRIAL_ENDED, recorded, ended.trial()).add();
            if (ended.verdict() != Verdict.VOID) {
                run(recorded, ended);
            }
        } else if (event instanceof Event.TestsRecorded tests) {
            at(Statement.TRIAL_TESTS, recorded, tests.trial()).add();
        }
    }

    private void run(RecordedEvent recorded, Event.TrialEnded ended) {
        batch(Statement.RUN)
                .bind("suite", ended.suite())
                .bind("set", ended.set().value())
                .bind("happened", recorded.at().atOffset(ZoneOffset.UTC))
                .bind("passed", ended.verdict() == Verdict.PASSED ? 1 : 0)
                .bind("failed", ended.verdict() == Verdict.FAILED ? 1 : 0)
                .add();
    }

    private PreparedBatch at(Statement statement, RecordedEvent recorded, String id) {
        return batch(statement).bind("id", id).bind("stream", stream).bind("version", recorded.version());
    }

    private PreparedBatch batch(Statement statement) {
        return batches.computeIfAbsent(statement, s -> handle.prepareBatch(s.sql));
    }
}
