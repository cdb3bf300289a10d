package io.jenkins.plugins.releasetrain.engine.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Postponed;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The objects of one kind in a namespace, kept current by one list and a watch (Kubernetes API concepts, "Efficient detection
 * of changes"). Nothing runs here by itself: whoever reads repairs a watch that ended, from the version that it had come to.
 */
final class WatchedKind implements AutoCloseable {
    /** A server sends a bookmark about every minute; a watch that is silent for longer may be a dead connection. */
    static final Duration SILENCE = Duration.ofMinutes(5);
    /** Between two looks whether the account may watch by now. */
    static final Duration ASK_AGAIN = Duration.ofMinutes(10);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final long PAGE = 500;
    private static final int GONE = 410;
    private static final int FORBIDDEN = 403;
    private static final Set<Integer> ASKED_AGAIN = Set.of(401, GONE, 429);

    /** Requests of one kind in one namespace. */
    interface Requests {
        KubernetesResourceList<? extends HasMetadata> list(ListOptions options);

        Watch watch(ListOptions options, Watcher<HasMetadata> watcher);
    }

    private final String what;
    private final Requests requests;
    private final Clock clock;
    private final UnaryOperator<HasMetadata> reduced;
    private final WatchedObjects objects;

    private Session session;
    private String version = "";
    private Instant notBefore = Instant.MIN;
    private Duration pause = Duration.ZERO;
    private EngineException failure;
    private boolean refused;

    /**
     * @param what for messages, as in {@code pods in namespace staging}
     * @param reduced what is kept of an object
     */
    WatchedKind(
            String what, Requests requests, Clock clock, UnaryOperator<HasMetadata> reduced, WatchedObjects objects) {
        this.what = what;
        this.requests = requests;
        this.clock = clock;
        this.reduced = reduced;
        this.objects = objects;
    }

    String what() {
        return what;
    }

    /** Why it cannot be watched; empty where it can. */
    synchronized String problem() {
        return failure == null ? "" : failure.getMessage();
    }

    /**
     * What is there now.
     *
     * @return empty where it cannot be watched, so that it has to be read
     * @throws EngineException as the API server refuses otherwise, also what it refused a moment ago
     */
    synchronized Optional<WatchedObjects> current() {
        Instant now = clock.instant();
        boolean silent = session != null && isOver(session.heard, SILENCE, now);
        if (session != null && session.open && !silent) {
            return Optional.of(objects);
        }
        if (Postponed.waits(notBefore, now, ASK_AGAIN)) {
            return unwatched();
        }
        try {
            refused = false;
            renew();
            pause = Duration.ZERO;
            return Optional.of(objects);
        } catch (KubernetesClientException e) {
            refused |= e.getCode() == FORBIDDEN;
            failed(KubernetesFailures.translate("watch " + what, e), now);
            return unwatched();
        }
    }

    /** Also where the clock was set back by as much. */
    private static boolean isOver(Instant since, Duration length, Instant now) {
        return Duration.between(since, now).abs().compareTo(length) >= 0;
    }

    private Optional<WatchedObjects> unwatched() {
        if (refused) {
            return Optional.empty();
        }
        throw failure;
    }

    private void failed(EngineException reason, Instant now) {
        if (reason.kind() == FailureKind.FORBIDDEN) {
            pause = ASK_AGAIN;
        } else {
            Duration doubled = pause.isZero() ? FIRST_PAUSE : pause.multipliedBy(2);
            pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        }
        notBefore = now.plus(pause);
        failure = reason;
    }

    /** From the version that was come to, or from a new list where that version is forgotten or of another time. */
    private void renew() {
        boolean known = !version.isEmpty();
        boolean gone = session != null && session.gone;
        end();
        if (known && !gone) {
            try {
                if (!wasRestored()) {
                    open();
                    return;
                }
            } catch (KubernetesClientException e) {
                if (e.getCode() != GONE) {
                    throw e;
                }
            }
        }
        list();
        open();
    }

    /**
     * A server that was restored from a backup counts from an earlier version; a watch of ours would hear nothing until it
     * has come there.
     */
    private boolean wasRestored() {
        String there = requests.list(new ListOptionsBuilder().withLimit(1L).build())
                .getMetadata()
                .getResourceVersion();
        return WatchedObjects.compare(there, version) < 0;
    }

    private void list() {
        try {
            list(PAGE);
        } catch (KubernetesClientException e) {
            if (e.getCode() != GONE) {
                throw e;
            }
            // The snapshot behind the continue token was compacted away; an unpaged list needs none.
            list(null);
        }
    }

    /** @param size of a page; null: all at once */
    private void list(Long size) {
        objects.beginList();
        String next = null;
        do {
            KubernetesResourceList<? extends HasMetadata> page = requests.list(
                    new ListOptionsBuilder().withLimit(size).withContinue(next).build());
            page.getItems().forEach(item -> objects.listed(reduced.apply(item)));
            next = page.getMetadata().getContinue();
            version = page.getMetadata().getResourceVersion();
        } while (next != null && !next.isEmpty());
        objects.endList(version);
    }

    private void open() {
        Session opened = new Session(clock.instant());
        ListOptions from = new ListOptionsBuilder()
                .withResourceVersion(version)
                .withAllowWatchBookmarks(true)
                .build();
        try {
            session = opened;
            opened.watch = requests.watch(from, opened);
        } catch (KubernetesClientException e) {
            session = null;
            // What answers lists and no watches, as some proxies do, is read. Others are asked again soon.
            refused = e.getCode() > 0 && !ASKED_AGAIN.contains(e.getCode());
            throw e;
        }
    }

    private void end() {
        Session old = session;
        session = null;
        if (old != null) {
            old.close();
        }
    }

    /** What the API server answered to a change of ours, which its watch will tell later. */
    synchronized void changed(HasMetadata object) {
        if (!version.isEmpty()) {
            objects.put(reduced.apply(object));
        }
    }

    @Override
    public synchronized void close() {
        end();
        version = "";
        objects.clear();
    }

    /** The object's own fields are written by the client's threads and read under the lock, or are volatile. */
    private final class Session implements Watcher<HasMetadata> {
        private volatile boolean open = true;
        private volatile boolean gone;
        private volatile Instant heard;
        private volatile Watch watch;

        Session(Instant now) {
            heard = now;
        }

        @Override
        public void eventReceived(Action action, HasMetadata object) {
            synchronized (WatchedKind.this) {
                if (session != this) {
                    return;
                }
                if (action == Action.ERROR || object == null) {
                    open = false;
                    return;
                }
                heard = clock.instant();
                String told = object.getMetadata().getResourceVersion();
                if (WatchedObjects.compare(told, version) < 0 && action == Action.BOOKMARK) {
                    gone = true;
                    open = false;
                    return;
                }
                version = told;
                if (action == Action.DELETED) {
                    objects.remove(object);
                } else if (action != Action.BOOKMARK) {
                    objects.put(reduced.apply(object));
                }
            }
        }

        @Override
        public void onClose(WatcherException cause) {
            gone |= cause != null && cause.isHttpGone();
            open = false;
        }

        @Override
        public void onClose() {
            open = false;
        }

        private void close() {
            open = false;
            if (watch != null) {
                watch.close();
            }
        }
    }
}
