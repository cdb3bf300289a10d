package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The life of the store: closed, opening, open, or failed until it is tried again. One thread at a time opens; whoever asks
 * gets what is open, or a failure that is worth a retry, at once.
 *
 * @param <K> what tells one store from another
 * @param <T> the open store, and all that lives and ends with it
 */
final class StoreHolder<K, T extends StoreHolder.Held> implements AutoCloseable {
    private static final Logger LOGGER = Logger.getLogger(StoreHolder.class.getName());
    static final Duration TRY_AGAIN = Duration.ofSeconds(30);

    private final Supplier<K> wanted;
    private final Function<K, T> opener;
    private final Ports ports;
    private State<K, T> state = new Closed<>();
    private boolean working;
    private boolean again;
    private boolean retrying;
    private String trouble = "";
    private boolean ended;

    /**
     * @param thread for opening, which may take long
     * @param later runs work after a while
     * @param opened after it was opened, in the same thread
     */
    record Ports(Executor thread, BiConsumer<Runnable, Duration> later, Clock clock, Runnable opened) {}

    /** What is open. */
    interface Held extends AutoCloseable {
        /** Why nothing can be written to it, for administrators; empty where it can. */
        String trouble();
    }

    private sealed interface State<K, T> permits Closed, Open, Failed {}

    private record Closed<K, T>() implements State<K, T> {}

    private record Open<K, T>(K key, T value) implements State<K, T> {}

    private record Failed<K, T>(Instant until, String why) implements State<K, T> {}

    /**
     * @param wanted asked in the opener's thread alone, since it may look up credentials
     * @param opener throws what keeps it from being opened
     */
    StoreHolder(Supplier<K> wanted, Function<K, T> opener, Ports ports) {
        this.wanted = wanted;
        this.opener = opener;
        this.ports = ports;
    }

    /** @throws EngineException UNAVAILABLE while it is not open */
    T get() {
        State<K, T> now;
        synchronized (this) {
            now = state;
            // whoever asks while it is being opened does not have it opened once more right afterwards
            if (!(now instanceof Open) && !isWaiting(now) && !working) {
                check();
            }
        }
        if (now instanceof Open<K, T> open) {
            return open.value();
        } else if (now instanceof Failed) {
            // the same words each time, so that who waits for hours is told once
            throw unavailable("The store cannot be opened; administrators see why on the configuration page and in"
                    + " Jenkins' log. It is tried again every " + TRY_AGAIN.toSeconds() + " s");
        }
        throw unavailable("The store is being opened; ask again in a moment");
    }

    private boolean isWaiting(State<K, T> now) {
        return now instanceof Failed<K, T> failed && ports.clock().instant().isBefore(failed.until());
    }

    private static EngineException unavailable(String text) {
        return new EngineException(FailureKind.UNAVAILABLE, text);
    }

    /** What is open now; nothing is opened for this. */
    synchronized Optional<T> open() {
        return state instanceof Open<K, T> open ? Optional.of(open.value()) : Optional.empty();
    }

    /** Why it is not open, or cannot be written, for administrators; empty where it is well, or where nobody tried yet. */
    synchronized String trouble() {
        if (state instanceof Open<K, T> open) {
            return open.value().trouble();
        }
        return state instanceof Failed<K, T> failed ? failed.why() : "";
    }

    /** Another one may be wanted now, or the one that failed may be tried again at once. */
    synchronized void check() {
        if (ended) {
            return;
        } else if (working) {
            again = true;
            return;
        }
        working = true;
        ports.thread().execute(this::work);
    }

    private void work() {
        do {
            once();
        } while (isWantedAgain());
    }

    private synchronized boolean isWantedAgain() {
        boolean more = again && !ended;
        again = false;
        working = more;
        return more;
    }

    /** Errors of drivers and class loaders are failures like others: nobody else would try again. */
    private void once() {
        try {
            K key = wanted.get();
            if (isOpenAs(key)) {
                return;
            }
            close(leave());
            T opened = opener.apply(key);
            if (isEnded()) {
                close(opened);
                return;
            }
            replaced(new Open<>(key, opened));
            synchronized (this) {
                trouble = "";
            }
            ports.opened().run();
        } catch (RuntimeException | LinkageError e) {
            failed(e);
        }
    }

    private synchronized boolean isOpenAs(K key) {
        return state instanceof Open<K, T> open && open.key().equals(key);
    }

    private synchronized boolean isEnded() {
        return ended;
    }

    /** What was open is not any more; what failed stays so until it is open. */
    private synchronized T leave() {
        return state instanceof Open ? replaced(new Closed<>()) : null;
    }

    private synchronized T replaced(State<K, T> next) {
        T before = state instanceof Open<K, T> open ? open.value() : null;
        state = next;
        return before;
    }

    /** One retry at a time, however often it was asked for meanwhile; why is told in full once. */
    private void failed(Throwable e) {
        String why = String.valueOf(e.getMessage());
        boolean told;
        boolean first;
        synchronized (this) {
            told = why.equals(trouble);
            trouble = why;
            if (!(state instanceof Open)) {
                state = new Failed<>(ports.clock().instant().plus(TRY_AGAIN), why);
            }
            first = !retrying;
            retrying = true;
        }
        LOGGER.log(
                told ? Level.FINE : Level.WARNING,
                "The store cannot be opened; trying again every " + TRY_AGAIN.toSeconds() + " s",
                e);
        if (first) {
            ports.later().accept(this::retry, TRY_AGAIN);
        }
    }

    private void retry() {
        synchronized (this) {
            retrying = false;
        }
        check();
    }

    private static void close(AutoCloseable store) {
        if (store == null) {
            return;
        }
        try {
            store.close();
        } catch (Exception e) {
            LOGGER.log(Level.WARNING, "The store that was used before did not close well", e);
        }
    }

    /** For good: it is not opened again. */
    @Override
    public void close() {
        synchronized (this) {
            ended = true;
        }
        close(replaced(new Closed<>()));
    }
}
