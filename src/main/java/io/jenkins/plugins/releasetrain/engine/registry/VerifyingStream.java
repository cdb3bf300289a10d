package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/**
 * A blob's content, read in chunks. The last chunk is given only when the whole has its digest and size, so that content
 * that differs can never be committed by whoever receives it. Goes on where a broken connection ended, and can be given
 * again from any place without reading more than a little of what was read before. Thread safe.
 */
final class VerifyingStream implements AutoCloseable {
    private static final int CHUNK = 256 << 10;
    /** Between the places from which it can be hashed again; a state of the digest takes some 200 bytes. */
    private static final long BETWEEN_STATES = 8 << 20;

    private static final byte[] NOTHING = {};

    private final Descriptor blob;
    private final Source source;
    private final int mostBreaks;
    private final LongConsumer progress;
    private final TreeMap<Long, MessageDigest> states = new TreeMap<>();
    private final Object opening = new Object();
    private MessageDigest digester;
    private InputStream in;
    private int breaks;
    private final AtomicInteger turn = new AtomicInteger();
    private volatile long position;
    private volatile boolean reading;
    private volatile boolean closed;
    private volatile boolean sourceFailed;

    /** Opens a blob's content from an offset on. */
    interface Source {
        InputStream open(long offset);
    }

    /** @param mostBreaks broken connections to bear without any progress in between */
    VerifyingStream(Descriptor blob, Source source, int mostBreaks) {
        this(blob, source, mostBreaks, position -> {});
    }

    /** @param progress told how many bytes were given so far, after each chunk */
    VerifyingStream(Descriptor blob, Source source, int mostBreaks, LongConsumer progress) {
        this.blob = blob;
        this.source = source;
        this.mostBreaks = mostBreaks;
        this.progress = progress;
        digester = blob.digest().newDigester();
        remember(0);
    }

    /** Bytes given so far. */
    long position() {
        return position;
    }

    /** Changes whenever a byte arrives or is given, so that whoever waits tells a slow source from one that stands still. */
    long moved() {
        InputStream open;
        synchronized (opening) {
            open = in;
        }
        try {
            return 2 * position + (open == null ? 0 : open.available());
        } catch (IOException e) {
            return 2 * position;
        }
    }

    long size() {
        return blob.size();
    }

    boolean finished() {
        return position == blob.size();
    }

    /** Whether the source refused to give it, so that no other upload helps. */
    boolean sourceFailed() {
        return sourceFailed;
    }

    long left() {
        return blob.size() - position;
    }

    /** Changes whenever it is begun again: whoever read before then has no business any more. */
    int turn() {
        return turn.get();
    }

    /**
     * The next chunk, never empty while something is left; when nothing is, the whole is proven all the same.
     *
     * @param mine the turn in which the reader began
     * @param most bytes that are wanted
     */
    synchronized byte[] next(int mine, long most) {
        if (mine != turn.get()) {
            throw new IllegalStateException("Blob " + blob.digest() + " is read by somebody else by now");
        }
        if (finished() && blob.size() > 0) {
            verify();
            return NOTHING;
        }
        byte[] chunk = hashed((int) Math.min(CHUNK, Math.min(most, left())));
        progress.accept(position);
        if (finished()) {
            verify();
        }
        return chunk;
    }

    /** Lets it be given again from an offset on, which was given before. */
    void restart(long offset) {
        // Whoever still reads for an upload that was given up ends with an error, and only then it begins again.
        close();
        begin(offset);
    }

    private synchronized void begin(long offset) {
        synchronized (opening) {
            turn.incrementAndGet();
            closed = false;
        }
        breaks = 0;
        Map.Entry<Long, MessageDigest> state = states.floorEntry(offset);
        digester = copy(state.getValue());
        position = state.getKey();
        while (position < offset) {
            hashed((int) Math.min(CHUNK, offset - position));
        }
        progress.accept(position);
    }

    private byte[] hashed(int wanted) {
        byte[] chunk = read(wanted);
        digester.update(chunk);
        position += chunk.length;
        remember(position);
        return chunk;
    }

    private void remember(long at) {
        if (states.isEmpty() || at - states.lastKey() >= BETWEEN_STATES) {
            states.put(at, copy(digester));
        }
    }

    private static MessageDigest copy(MessageDigest digest) {
        try {
            return (MessageDigest) digest.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("The platform's SHA-2 can be copied", e);
        }
    }

    private byte[] read(int wanted) {
        while (true) {
            reading = true;
            try {
                byte[] chunk = new byte[wanted];
                int given = opened().readNBytes(chunk, 0, wanted);
                if (given > 0 || wanted == 0) {
                    breaks = 0;
                    return given == wanted ? chunk : Arrays.copyOf(chunk, given);
                }
                throw new IOException("Ended after " + position + " of " + blob.size() + " bytes");
            } catch (IOException e) {
                reopen(e);
            } finally {
                reading = false;
            }
        }
    }

    private InputStream opened() throws IOException {
        synchronized (opening) {
            if (in != null) {
                return in;
            }
        }
        InputStream fresh;
        try {
            fresh = source.open(position);
        } catch (EngineException e) {
            sourceFailed = true;
            throw e;
        }
        synchronized (opening) {
            if (closed) {
                fresh.close();
                throw new IOException("Closed");
            }
            in = fresh;
            return fresh;
        }
    }

    private void reopen(IOException e) {
        breaks++;
        closeQuietly();
        if (closed || breaks > mostBreaks) {
            throw new EngineException(
                    FailureKind.UNAVAILABLE,
                    "Cannot read blob " + blob.digest() + ": the connection broke " + breaks + " times, at last after "
                            + position + " of " + blob.size() + " bytes. Check the source registry's health.",
                    e);
        }
    }

    private void verify() {
        String found = blob.digest().algorithm() + ":"
                + HexFormat.of().formatHex(copy(digester).digest());
        if (!found.equals(blob.digest().value()) || hasMore()) {
            throw new EngineException(
                    FailureKind.DIGEST_MISMATCH,
                    "The source's content for blob " + blob.digest() + " (" + blob.size() + " bytes) is another one: "
                            + found + ". Nothing of it was committed; repair the source registry.");
        }
    }

    private boolean hasMore() {
        InputStream open;
        synchronized (opening) {
            open = in;
        }
        reading = true;
        try {
            return open != null && open.read() >= 0;
        } catch (IOException e) {
            // All bytes that the digest stands for are here; how the connection ended does not matter.
            return false;
        } finally {
            reading = false;
        }
    }

    /**
     * Lets a source that stands still be opened again.
     *
     * @return whether it is the source that is waited for
     */
    boolean giveUpWaiting() {
        boolean waiting = reading && !closed;
        if (waiting) {
            closeQuietly();
        }
        return waiting;
    }

    /** Ends the reading of a turn; one that is over already has nothing to end. */
    void stop(int mine) {
        synchronized (opening) {
            if (mine != turn.get()) {
                return;
            }
            closed = true;
        }
        closeQuietly();
    }

    @Override
    public void close() {
        stop(turn.get());
    }

    private void closeQuietly() {
        InputStream open;
        synchronized (opening) {
            open = in;
            in = null;
        }
        if (open == null) {
            return;
        }
        try {
            open.close();
        } catch (IOException e) {
            // The connection is broken already, which is why it is closed.
        }
    }
}
