package io.jenkins.plugins.releasetrain.host;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
        try {
            return Optional.ofNullable(begin(question).get(longest.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } catch (ExecutionException | TimeoutException e) {
            return without(what, e);
        }
    }

    /**
     * Asks several at a time, and waits as long for those as for one.
     *
     * @param atOnce fewer than there may be without an answer, so that others may ask meanwhile
     * @return answers in the order of the questions, each as {@link #ask(String, Callable)} would answer
     */
    public <T> List<Optional<T>> ask(String what, List<? extends Callable<T>> questions, int atOnce) {
        List<Optional<T>> answers = new ArrayList<>();
        for (int from = 0; from < questions.size(); from += atOnce) {
            List<CompletableFuture<T>> some =
                    questions.subList(from, Math.min(from + atOnce, questions.size())).stream()
                            .map(question -> this.<T>begin(question))
                            .toList();
            await(what, some);
            some.forEach(answer -> answers.add(
                    answer.isDone() && !answer.isCompletedExceptionally()
                            ? Optional.ofNullable(answer.join())
                            : Optional.empty()));
        }
        return answers;
    }

    private <T> void await(String what, List<CompletableFuture<T>> answers) {
        try {
            CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                    .get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            without(what, e);
        }
    }

    /** Null comes of it at once where too many have no answer yet. */
    private <T> CompletableFuture<T> begin(Callable<T> question) {
        if (asked.incrementAndGet() > most) {
            asked.decrementAndGet();
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            threads.execute(() -> answer(question, answer));
        } catch (RuntimeException e) {
            asked.decrementAndGet();
            answer.completeExceptionally(e);
        }
        return answer;
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
