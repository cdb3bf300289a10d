package io.jenkins.plugins.releasetrain.engine.registry;

import java.nio.ByteBuffer;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;

/** Gives a blob's chunks to the HTTP client at the pace at which it can send them. */
final class BlobPublisher implements Flow.Publisher<ByteBuffer> {
    private final VerifyingStream content;
    private final int turn;
    private final long length;
    private volatile RuntimeException failure;

    /** @param length bytes to give, from where the content is now */
    BlobPublisher(VerifyingStream content, long length) {
        this.content = content;
        this.length = length;
        turn = content.turn();
    }

    /** Why the content ended early by itself, or null. The HTTP client only tells that a request body failed. */
    RuntimeException failure() {
        return failure;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
        subscriber.onSubscribe(new Chunks(subscriber));
    }

    private final class Chunks implements Flow.Subscription {
        private final Flow.Subscriber<? super ByteBuffer> subscriber;
        private final AtomicLong demand = new AtomicLong();
        private volatile boolean ended;
        private long left = length;

        Chunks(Flow.Subscriber<? super ByteBuffer> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void request(long n) {
            // Whoever finds demand under way leaves the work to the thread that is at it, as onNext may request again.
            if (demand.getAndAdd(n) == 0) {
                do {
                    give();
                } while (demand.decrementAndGet() > 0);
            }
        }

        private void give() {
            if (ended) {
                return;
            }
            try {
                byte[] chunk = content.next(turn, left);
                left -= chunk.length;
                ended = left == 0;
                subscriber.onNext(ByteBuffer.wrap(chunk));
                if (ended) {
                    subscriber.onComplete();
                }
            } catch (RuntimeException e) {
                // One that was given up knows why; that its content is closed by then would hide it.
                if (!ended) {
                    failure = e;
                }
                ended = true;
                subscriber.onError(e);
            }
        }

        @Override
        public void cancel() {
            ended = true;
            content.stop(turn);
        }
    }
}
