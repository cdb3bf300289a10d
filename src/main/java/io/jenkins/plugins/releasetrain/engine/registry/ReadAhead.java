package io.jenkins.plugins.releasetrain.engine.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/**
 * Receives a body ahead of whoever reads it, up to a bound, and wakes him when what he wants is there. The HTTP client's
 * own stream receives one buffer of some kilobytes and waits until it is read, so that every one of them waits for two
 * threads to get their turn.
 */
final class ReadAhead extends InputStream implements BodySubscriber<InputStream> {
    private static final int MOST = 1 << 20;
    private static final int ONE = 0xff;

    private final Deque<ByteBuffer> received = new ArrayDeque<>();
    private Flow.Subscription subscription;
    private int bytes;
    /** What whoever waits wants to find; never more than is received ahead. */
    private int wanted;
    /** Whether a buffer was asked for that has not come yet. */
    private boolean asked;

    private boolean ended;
    private boolean closed;
    private Throwable failure;

    private ReadAhead() {}

    static BodyHandler<InputStream> handler() {
        return info -> new ReadAhead();
    }

    @Override
    public CompletionStage<InputStream> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription s) {
        boolean late;
        synchronized (this) {
            late = closed;
            subscription = s;
            asked = true;
        }
        if (late) {
            s.cancel();
        } else {
            s.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        synchronized (this) {
            asked = false;
            if (closed) {
                return;
            }
            for (ByteBuffer buffer : buffers) {
                if (buffer.hasRemaining()) {
                    received.add(buffer);
                    bytes += buffer.remaining();
                }
            }
            if (bytes >= wanted) {
                notifyAll();
            }
        }
        askForMore();
    }

    /** Whoever reads may come before the body does, which then begins by itself. */
    private void askForMore() {
        Flow.Subscription from;
        synchronized (this) {
            if (subscription == null || asked || ended || closed || failure != null || bytes >= MOST) {
                return;
            }
            asked = true;
            from = subscription;
        }
        from.request(1);
    }

    @Override
    public synchronized void onError(Throwable e) {
        failure = e;
        notifyAll();
    }

    @Override
    public synchronized void onComplete() {
        ended = true;
        notifyAll();
    }

    /** What was received and is not read yet. */
    @Override
    public synchronized int available() {
        return bytes;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & ONE;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, into.length);
        int given = 0;
        synchronized (this) {
            wanted = Math.min(length, MOST);
            await();
            if (length > 0 && bytes == 0) {
                if (closed || failure != null) {
                    throw new IOException(closed ? "Closed" : "The body ended early", failure);
                }
                return -1;
            }
            while (given < length && !received.isEmpty()) {
                ByteBuffer first = received.peek();
                int some = Math.min(first.remaining(), length - given);
                first.get(into, from + given, some);
                given += some;
                if (!first.hasRemaining()) {
                    received.remove();
                }
            }
            bytes -= given;
        }
        askForMore();
        return given;
    }

    private synchronized void await() throws IOException {
        try {
            while (bytes < wanted && !ended && !closed && failure == null) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new IOException("Interrupted", e);
        }
    }

    @Override
    public void close() {
        Flow.Subscription open;
        synchronized (this) {
            open = closed || ended || failure != null ? null : subscription;
            closed = true;
            received.clear();
            bytes = 0;
            notifyAll();
        }
        if (open != null) {
            open.cancel();
        }
    }
}
