package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReadAheadTest {
    private static final int BUFFER = 16 << 10;

    private final Asked asked = new Asked();
    private final ReadAhead body = (ReadAhead) ReadAhead.handler().apply(null);

    /** Counts what is asked for. */
    private static final class Asked implements Flow.Subscription {
        private long requests;
        private boolean cancelled;

        @Override
        public void request(long n) {
            requests += n;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    @BeforeEach
    void subscribe() {
        body.onSubscribe(asked);
    }

    private void arrive(int bytes) {
        byte[] content = new byte[bytes];
        Arrays.fill(content, (byte) asked.requests);
        body.onNext(List.of(ByteBuffer.wrap(content)));
    }

    @Test
    void receives_ahead_up_to_a_bound_and_goes_on_when_it_is_read() throws IOException {
        for (int i = 0; i < (1 << 20) / BUFFER; i++) {
            assertThat(asked.requests).isEqualTo(i + 1L);
            arrive(BUFFER);
        }
        assertThat(asked.requests).isEqualTo((1 << 20) / BUFFER);

        assertThat(body.readNBytes(BUFFER)).hasSize(BUFFER).containsOnly(1);

        assertThat(asked.requests).isEqualTo((1 << 20) / BUFFER + 1L);
    }

    @Test
    void gives_what_is_there_before_it_ends_or_breaks() throws IOException {
        arrive(3);
        body.onComplete();
        assertThat(body.readAllBytes()).hasSize(3);

        ReadAhead other = (ReadAhead) ReadAhead.handler().apply(null);
        other.onSubscribe(new Asked());
        other.onNext(List.of(ByteBuffer.wrap(new byte[2])));
        other.onError(new IOException("reset"));
        assertThat(other.read()).isZero();
        assertThat(other.read()).isZero();
        assertThatThrownBy(other::read).isInstanceOf(IOException.class).hasRootCauseMessage("reset");
    }

    @Test
    void who_closes_it_cancels_and_receives_nothing_more() {
        body.close();
        arrive(3);

        assertThat(asked.cancelled).isTrue();
        assertThat(asked.requests).isEqualTo(1);
        assertThatThrownBy(body::read).isInstanceOf(IOException.class);
    }

    @Test
    void whoever_waits_is_interrupted() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(body::read).isInstanceOf(IOException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(asked.cancelled).isTrue();
    }

    /** An empty blob is read before anything of its body came. */
    @Test
    void whoever_reads_or_closes_before_the_body_begins_does_no_harm() throws IOException {
        ReadAhead early = (ReadAhead) ReadAhead.handler().apply(null);
        assertThat(early.read(new byte[0], 0, 0)).isZero();
        Asked later = new Asked();
        early.onSubscribe(later);
        assertThat(later.requests).isEqualTo(1);

        ReadAhead given = (ReadAhead) ReadAhead.handler().apply(null);
        given.close();
        Asked inVain = new Asked();
        given.onSubscribe(inVain);
        assertThat(inVain.cancelled).isTrue();
        assertThat(inVain.requests).isZero();
    }

    /** Of many small buffers it makes few turns for whoever reads; an end or a break ends the wait. */
    @Test
    void whoever_waits_gets_all_that_he_wants_or_what_there_is_at_the_end() throws Exception {
        FutureTask<byte[]> reading = new FutureTask<>(() -> body.readNBytes(3 * BUFFER));
        new Thread(reading).start();
        for (int i = 0; i < 3; i++) {
            arrive(BUFFER);
        }
        assertThat(reading.get()).hasSize(3 * BUFFER);

        FutureTask<byte[]> last = new FutureTask<>(() -> body.readNBytes(2 * BUFFER));
        new Thread(last).start();
        arrive(BUFFER);
        body.onComplete();
        assertThat(last.get()).hasSize(BUFFER);
        assertThat(body.read()).isEqualTo(-1);
    }
}
