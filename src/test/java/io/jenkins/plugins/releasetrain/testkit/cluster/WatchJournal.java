package io.jenkins.plugins.releasetrain.testkit.cluster;

import io.fabric8.mockwebserver.crud.AttributeSet;
import io.fabric8.mockwebserver.http.Response;
import io.fabric8.mockwebserver.http.WebSocket;
import io.fabric8.mockwebserver.http.WebSocketListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;

/**
 * What an API server keeps for those who watch: the changes since a version, until it forgets them. A watch of a forgotten
 * version gets 410, one of a version that is still to come hears nothing until it has come, as with a server that was
 * restored from a backup.
 */
final class WatchJournal {
    private final List<Change> changes = new ArrayList<>();
    private final Set<Watcher> watchers = new CopyOnWriteArraySet<>();
    private long version;
    private long forgotten;
    private boolean mute;

    /**
     * One event.
     *
     * @param before attributes of the object before; null where it was not there
     * @param after null where it is gone
     * @param json of the object with its version
     */
    record Change(long version, AttributeSet before, AttributeSet after, String json) {}

    synchronized long next() {
        return ++version;
    }

    synchronized long version() {
        return version;
    }

    synchronized void add(AttributeSet before, AttributeSet after, String json) {
        Change change = new Change(version, before, after, json);
        changes.add(change);
        if (!mute) {
            watchers.forEach(w -> w.tell(change));
        }
    }

    /** As after a compaction. */
    synchronized void forget() {
        changes.clear();
        forgotten = version;
    }

    /** Begins to count anew at a lower version; all connections are gone. */
    synchronized void restart(long lower) {
        version = lower;
        changes.clear();
        forgotten = 0;
        drop();
    }

    synchronized void drop() {
        watchers.forEach(Watcher::close);
        watchers.clear();
    }

    /** Connections stay, and nothing comes any more: half open, as behind a load balancer that forgot them. */
    synchronized void mute(boolean silent) {
        mute = silent;
    }

    synchronized void bookmark() {
        watchers.forEach(Watcher::bookmark);
    }

    int watchers() {
        return watchers.size();
    }

    /** @param since the version that the watcher has; negative for none */
    WebSocketListener watch(AttributeSet query, String apiVersion, String kind, long since) {
        return new Watcher(query, apiVersion, kind, since);
    }

    private final class Watcher extends WebSocketListener {
        private final AttributeSet query;
        private final String apiVersion;
        private final String kind;
        private final long since;
        private volatile WebSocket socket;

        Watcher(AttributeSet query, String apiVersion, String kind, long since) {
            this.query = query;
            this.apiVersion = apiVersion;
            this.kind = kind;
            this.since = since;
        }

        @Override
        public void onOpen(WebSocket opened, Response response) {
            synchronized (WatchJournal.this) {
                socket = opened;
                if (since >= 0 && since < forgotten) {
                    socket.send(
                            "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},"
                                    + "\"status\":\"Failure\",\"message\":\"too old resource version: " + since + " ("
                                    + forgotten
                                    + ")\",\"reason\":\"Expired\",\"code\":410}}");
                    socket.close(1000, "");
                    return;
                }
                changes.forEach(this::tell);
                watchers.add(this);
            }
        }

        private void tell(Change change) {
            if (change.version() <= since) {
                return;
            }
            boolean was = change.before() != null && change.before().matches(query);
            boolean is = change.after() != null && change.after().matches(query);
            if (was || is) {
                String type = !is ? "DELETED" : was ? "MODIFIED" : "ADDED";
                socket.send("{\"type\":\"" + type + "\",\"object\":" + change.json() + "}");
            }
        }

        private void bookmark() {
            socket.send("{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"" + kind + "\",\"apiVersion\":\"" + apiVersion
                    + "\",\"metadata\":{\"resourceVersion\":\"" + version + "\"}}}");
        }

        private void close() {
            if (socket != null) {
                socket.close(1001, "the server goes away");
            }
        }

        @Override
        public void onClosed(WebSocket closed, int code, String reason) {
            watchers.remove(this);
        }

        @Override
        public void onClosing(WebSocket closing, int code, String reason) {
            watchers.remove(this);
            closing.close(code, reason);
        }

        @Override
        public void onFailure(WebSocket failed, Throwable t, Response response) {
            watchers.remove(this);
        }
    }
}
