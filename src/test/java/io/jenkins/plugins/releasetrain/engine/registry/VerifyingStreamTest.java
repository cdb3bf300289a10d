package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Descriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A blob's content is read by one thread while others close it, give it up or begin it again (B26). */
class VerifyingStreamTest {
    private static final byte[] CONTENT = new byte[700_000];
    private static final int MOST = 1 << 20;

    static {
        new Random(1).nextBytes(CONTENT);
    }

    private static final Descriptor BLOB =
            new Descriptor("application/octet-stream", Digest.sha256(CONTENT), CONTENT.length);

    private final List<Body> opened = new CopyOnWriteArrayList<>();
    private final CountDownLatch opening = new CountDownLatch(1);
    private final CountDownLatch mayOpen = new CountDownLatch(1);

    /** Stands still at some byte until it is closed. */
    private static final class Body extends InputStream {
        private final InputStream content;
        private final CountDownLatch standing = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);
        private int left;

        Body(long offset, int left) {
            this.content = new ByteArrayInputStream(CONTENT, (int) offset, CONTENT.length);
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            if (left == 0) {
                standing.countDown();
                await(closed);
                throw new IOException("Closed");
            }
            left--;
            return content.read();
        }

        @Override
        public void close() {
            closed.countDown();
        }

        boolean isClosed() {
            return closed.getCount() == 0;
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Body open(long offset, int left) {
        Body body = new Body(offset, left);
        opened.add(body);
        return body;
    }

    private static byte[] rest(VerifyingStream content) {
        byte[] all = new byte[(int) content.left()];
        int given = 0;
        while (given < all.length) {
            byte[] chunk = content.next(content.turn(), MOST);
            System.arraycopy(chunk, 0, all, given, chunk.length);
            given += chunk.length;
        }
        return all;
    }

    private static FutureTask<Throwable> reader(VerifyingStream content) {
        int turn = content.turn();
        FutureTask<Throwable> reading = new FutureTask<>(() -> catchThrowable(() -> {
            while (content.left() > 0) {
                content.next(turn, MOST);
            }
        }));
        new Thread(reading).start();
        return reading;
    }

    @Test
    void B26_a_stream_that_opens_after_the_close_is_closed_too() throws Exception {
        VerifyingStream content = new VerifyingStream(
                BLOB,
                offset -> {
                    opening.countDown();
                    await(mayOpen);
                    return open(offset, MOST);
                },
                5);
        FutureTask<Throwable> reading = reader(content);
        await(opening);

        content.close();
        mayOpen.countDown();

        assertThat(reading.get(60, TimeUnit.SECONDS)).isInstanceOf(EngineException.class);
        assertThat(opened).hasSize(1).allMatch(Body::isClosed);
    }

    @Test
    void B26_who_is_given_up_in_the_middle_ends_with_an_error_of_ours_and_the_next_begins_again() throws Exception {
        VerifyingStream content =
                new VerifyingStream(BLOB, offset -> open(offset, opened.isEmpty() ? 300_000 : MOST), 5);
        FutureTask<Throwable> reading = reader(content);
        while (opened.isEmpty()) {
            Thread.onSpinWait();
        }
        await(opened.get(0).standing);

        content.restart(0);

        assertThat(reading.get(60, TimeUnit.SECONDS)).isInstanceOf(RuntimeException.class);
        assertThat(reading.get()).isNotInstanceOf(NullPointerException.class);
        assertThat(rest(content)).isEqualTo(CONTENT);
        assertThat(opened.get(0).isClosed()).isTrue();
    }

    /** Keeps what it was subscribed with, and lets errors be. */
    private static final class Receiver implements Flow.Subscriber<ByteBuffer> {
        private Flow.Subscription subscription;

        @Override
        public void onSubscribe(Flow.Subscription s) {
            subscription = s;
        }

        @Override
        public void onNext(ByteBuffer chunk) {}

        @Override
        public void onError(Throwable e) {}

        @Override
        public void onComplete() {}
    }

    /** Else the copy that was interrupted would say that the source registry is to blame. */
    @Test
    void B26_an_upload_that_is_given_up_does_not_name_the_source_as_the_reason() throws Exception {
        VerifyingStream content = new VerifyingStream(BLOB, offset -> open(offset, 300_000), 5);
        BlobPublisher publisher = new BlobPublisher(content, CONTENT.length);
        Receiver receiver = new Receiver();
        publisher.subscribe(receiver);
        FutureTask<Void> sending = new FutureTask<>(() -> receiver.subscription.request(MOST), null);
        new Thread(sending).start();
        while (opened.isEmpty()) {
            Thread.onSpinWait();
        }
        await(opened.get(0).standing);

        receiver.subscription.cancel();

        sending.get(60, TimeUnit.SECONDS);
        assertThat(publisher.failure()).isNull();
    }

    @Test
    void B26_a_source_that_stands_still_is_opened_again_where_it_stopped() throws Exception {
        VerifyingStream content =
                new VerifyingStream(BLOB, offset -> open(offset, opened.isEmpty() ? 300_000 : MOST), 5);
        FutureTask<Throwable> reading = reader(content);
        while (opened.isEmpty()) {
            Thread.onSpinWait();
        }
        await(opened.get(0).standing);

        assertThat(content.giveUpWaiting()).isTrue();

        assertThat(reading.get(60, TimeUnit.SECONDS)).isNull();
        assertThat(content.finished()).isTrue();
        assertThat(opened).hasSize(2);
        assertThat(content.giveUpWaiting()).as("nobody waits any more").isFalse();
    }

    @Test
    void B26_whoever_belongs_to_an_earlier_turn_neither_reads_nor_stops_the_next() {
        VerifyingStream content = new VerifyingStream(BLOB, offset -> open(offset, MOST), 5);
        int before = content.turn();
        content.next(before, 10);

        content.restart(0);
        content.stop(before);

        assertThatThrownBy(() -> content.next(before, 10)).isInstanceOf(IllegalStateException.class);
        assertThat(rest(content)).isEqualTo(CONTENT);
    }
}
