package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Locale;
import java.util.stream.Stream;
import org.flywaydb.core.api.FlywayException;

/** What goes wrong in a database, as people who can mend it need to know it. */
public final class SqlFailures {
    private static final int DETAIL_LIMIT = 500;

    private SqlFailures() {}

    /** What is said of a database, and what helps. */
    private enum Trouble {
        AWAY("is not available", "Check that the database runs, is reachable, and is not opened by another process"),
        READ_ONLY(
                "is read-only",
                "Let it be written: its file, the file system and the disk below it, or, for a server, the one that"
                        + " is not a standby"),
        FULL("has no room", "Make room on its disk; it goes on by itself then"),
        FILE(
                "cannot read or write its file",
                "Check the disk, its file system and the rights of the file; it goes on by itself then"),
        DAMAGED("is damaged", "Put back a backup of it; the damaged one is of no use any more"),
        EMPTY(
                "is an empty file",
                "What it held is gone, as after a full disk: put back a backup of it, or delete it to begin with an"
                        + " empty store"),
        VALUE("refused", "Shorten or correct the value"),
        CONFLICT("refused", "It is recorded already; load again and decide anew"),
        LOGIN("refused", "Check the store's user and password"),
        RIGHT("refused", "Grant the store's user the right to create and change its tables"),
        VERSION("refused", "Check that the database was made by this version of the plugin or an older one");

        private final String is;
        private final String advice;

        Trouble(String is, String advice) {
            this.is = is;
            this.advice = advice;
        }

        private FailureKind kind() {
            return switch (this) {
                case VALUE -> FailureKind.INVALID_INPUT;
                case CONFLICT -> FailureKind.CONFLICT;
                case LOGIN -> FailureKind.UNAUTHENTICATED;
                case RIGHT -> FailureKind.FORBIDDEN;
                case VERSION -> FailureKind.UNSUPPORTED;
                default -> FailureKind.UNAVAILABLE;
            };
        }
    }

    /** Without the driver's own words, which name hosts, paths and values: they are in the cause, for the log. */
    static EngineException of(String what, RuntimeException e) {
        Throwable cause = cause(e);
        String state = cause instanceof SQLException sql ? String.valueOf(sql.getSQLState()) : "";
        Trouble trouble = cause instanceof SQLException
                ? trouble(state, cause)
                : e instanceof FlywayException ? Trouble.VERSION : Trouble.AWAY;
        return new EngineException(trouble.kind(), text(what, trouble, state), e);
    }

    /** A file without anything in it, of which H2 makes a new database without a word. */
    static EngineException empty(String what) {
        return new EngineException(FailureKind.UNAVAILABLE, text(what, Trouble.EMPTY, ""));
    }

    private static String text(String what, Trouble trouble, String state) {
        return "Could not " + what + ": the database " + trouble.is
                + (state.matches("[0-9A-Z]{5}") ? " (SQL state " + state + ")" : "") + ". " + trouble.advice;
    }

    private static Throwable cause(Throwable e) {
        Throwable cause = e;
        while (!(cause instanceof SQLException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** What the driver said, with hosts and paths: for administrators. */
    public static String detail(EngineException failure) {
        String text = String.valueOf(cause(failure).getMessage());
        return text.substring(0, Math.min(DETAIL_LIMIT, text.length()));
    }

    /**
     * By SQLSTATE: what H2 and PostgreSQL say of their files (org.h2.api.ErrorCode; PostgreSQL, appendix A), and the classes
     * that all have (ISO/IEC 9075-2, "SQLSTATE class and subclass codes").
     */
    private static Trouble trouble(String state, Throwable cause) {
        return switch (state) {
            case "90097", "25006" -> Trouble.READ_ONLY;
            case "53100" -> Trouble.FULL;
            case "90030", "XX001", "XX002" -> Trouble.DAMAGED;
            case "90028", "90031", "58030" -> isFull(cause) ? Trouble.FULL : Trouble.FILE;
            case "42501" -> Trouble.RIGHT;
            default -> isFull(cause) ? Trouble.FULL : trouble(state.length() == 5 ? state.substring(0, 2) : "");
        };
    }

    private static Trouble trouble(String of) {
        return switch (of) {
            case "22" -> Trouble.VALUE;
            case "23" -> Trouble.CONFLICT;
            case "28" -> Trouble.LOGIN;
            case "42" -> Trouble.VERSION;
            default -> Trouble.AWAY;
        };
    }

    /** Java has no exception of its own for it, and H2 tells it with the codes of other troubles: by the systems' words. */
    private static boolean isFull(Throwable failure) {
        return Stream.iterate(failure, e -> e != null, Throwable::getCause)
                .filter(IOException.class::isInstance)
                .map(e -> String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT))
                .anyMatch(text -> text.contains("no space left")
                        || text.contains("not enough space")
                        || text.contains("quota exceeded"));
    }
}
