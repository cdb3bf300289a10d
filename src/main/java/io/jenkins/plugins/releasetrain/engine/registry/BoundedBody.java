package io.jenkins.plugins.releasetrain.engine.registry;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;

/**
 * Reads a body into memory up to a limit, so that no answer can exhaust it. It is given when it begins, and {@link #read}
 * when it is whole, so that who waits sees whether it moves.
 */
final class BoundedBody implements BodySubscriber<BoundedBody> {
    private final CompletableFuture<byte[]> result = new CompletableFuture<>();
    private final CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();
    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private final int limit;
    private final AtomicLong progress = new AtomicLong();
    private final boolean zipped;

    private BoundedBody(int limit, boolean zipped) {
        this.limit = limit;
        this.zipped = zipped;
    }

    static BodyHandler<BoundedBody> handler(int limit) {
        return info -> {
            // Nobody asked for it; some proxies do it all the same.
            boolean zipped = info.headers()
                    .firstValue("Content-Encoding")
                    .filter(encoding -> encoding.toLowerCase(Locale.ROOT).endsWith("gzip"))
                    .isPresent();
            return new BoundedBody(limit, zipped);
        };
    }

    /** Fails with {@link TooLarge} for one that is longer than its limit, and as the connection does. */
    CompletableFuture<byte[]> read() {
        return result;
    }

    /** A number that changes with every part that arrives. */
    long progress() {
        return progress.get();
    }

    /** Ends its connection. */
    void giveUp() {
        subscribed.thenAccept(Flow.Subscription::cancel);
    }

    @Override
    public CompletionStage<BoundedBody> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription s) {
        subscribed.complete(s);
        s.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            if (content.size() + buffer.remaining() > limit) {
                giveUp();
                result.completeExceptionally(new TooLarge(limit));
                return;
            }
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            content.writeBytes(bytes);
            progress.addAndGet(bytes.length);
        }
    }

    @Override
    public void onError(Throwable e) {
        result.completeExceptionally(e);
    }

    @Override
    public void onComplete() {
        byte[] given = content.toByteArray();
        if (!zipped || !isZipped(given)) {
            result.complete(given);
            return;
        }
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(given))) {
            byte[] plain = in.readNBytes(limit);
            if (in.read() >= 0) {
                throw new TooLarge(limit);
            }
            result.complete(plain);
        } catch (IOException e) {
            result.completeExceptionally(e);
        }
    }

    /** Some mirrors repeat the header of what they have unpacked (RFC 1952 section 2.3.1). */
    private static boolean isZipped(byte[] given) {
        return given.length > 1 && (given[0] & 0xff) == 0x1f && (given[1] & 0xff) == 0x8b;
    }

    static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1;

        TooLarge(int limit) {
            super("More than " + limit + " bytes");
        }
    }
}
