package io.jenkins.plugins.releasetrain.host;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Asks in another thread for what is only told, and does not wait for it long: whoever decides goes on without (I11). */
@Restricted(NoExternalUse.class)
public final class Patience {
    private final Executor threads;
    private final Duration longest;
    private final int most;
    private final AtomicInteger asked = new AtomicInteger();

    /** @param most questions without an answer yet, beyond which nothing is asked, so that threads that hang are few */
    public Patience(Executor threads, Duration longest, int most) {
        this.threads = threads;
        this.longest = longest;
        this.most = most;
    }

    /** @return empty where it fails in any way, takes too long, or answers with null */
    public <T> Optional<T> ask(String what, Callable<T> question) {
        if (asked.incrementAndGet() > most) {
            asked.decrementAndGet();
            return Optional.empty();
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            threads.execute(() -> answer(question, answer));
        } catch (RuntimeException e) {
            asked.decrementAndGet();
            return without(what, e);
        }
        try {
            return Optional.ofNullable(answer.get(longest.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException | TimeoutException e) {
            return without(what, e);
        }
    }

    private <T> void answer(Callable<T> question, CompletableFuture<T> answer) {
        try {
            answer.complete(question.call());
        } catch (Throwable t) {
            // Of another plugin, so that anything may come, errors of linking included.
            answer.completeExceptionally(t);
        } finally {
            asked.decrementAndGet();
        }
    }

    private static <T> Optional<T> without(String what, Exception e) {
        ReleaseService.LOGGER.log(Level.FINE, e, () -> what + " is not told");
        return Optional.empty();
    }
}
