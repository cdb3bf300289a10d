package io.jenkins.plugins.releasetrain.engine.registry;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/**
 * A blob's content, read in chunks. The last chunk is given only when the whole has its digest and size, so that content
 * that differs can never be committed by whoever receives it. Goes on where a broken connection ended.
 */
final class VerifyingStream implements AutoCloseable {
    private static final int CHUNK = 64 << 10;

    private final Descriptor blob;
    private final Source source;
    private final MessageDigest digester;
    private final int mostBreaks;
    private final LongConsumer progress;
    private InputStream in;
    private int breaks;
    private volatile long position;
    private volatile boolean closed;

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
    }

    /** Bytes given so far. */
    long position() {
        return position;
    }

    boolean finished() {
        return position == blob.size();
    }

    /** The next chunk, never empty; not to be called when finished, unless the blob is empty. */
    byte[] next() {
        int wanted = (int) Math.min(CHUNK, blob.size() - position);
        byte[] chunk = read(wanted);
        digester.update(chunk);
        position += chunk.length;
        progress.accept(position);
        if (finished()) {
            verify();
        }
        return chunk;
    }

    private byte[] read(int wanted) {
        while (true) {
            try {
                if (in == null) {
                    in = source.open(position);
                }
                byte[] chunk = in.readNBytes(wanted);
                if (chunk.length == wanted) {
                    breaks = 0;
                    return chunk;
                }
                if (chunk.length > 0) {
                    return chunk;
                }
                throw new IOException("Ended after " + position + " of " + blob.size() + " bytes");
            } catch (IOException e) {
                reopen(e);
            }
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
        String found = blob.digest().algorithm() + ":" + HexFormat.of().formatHex(digester.digest());
        if (!found.equals(blob.digest().value()) || hasMore()) {
            throw new EngineException(
                    FailureKind.DIGEST_MISMATCH,
                    "The source's content for blob " + blob.digest() + " (" + blob.size() + " bytes) is another one: "
                            + found + ". Nothing of it was committed; repair the source registry.");
        }
    }

    private boolean hasMore() {
        try {
            return in != null && in.read() >= 0;
        } catch (IOException e) {
            // All bytes that the digest stands for are here; how the connection ended does not matter.
            return false;
        }
    }

    @Override
    public void close() {
        closed = true;
        closeQuietly();
    }

    private void closeQuietly() {
        InputStream open = in;
        in = null;
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
