package io.jenkins.plugins.releasetrain.steps;

import hudson.AbortException;
import hudson.model.Run;
import io.jenkins.plugins.releasetrain.actions.ImagesAction;
import io.jenkins.plugins.releasetrain.engine.event.Move;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.progress.Sizes;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.registry.CopyPlan;
import io.jenkins.plugins.releasetrain.host.Promotions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** Promotes in the background; after a restart it goes on with the same promotion (I6). */
class PromoteImageExecution extends HostedExecution {
    private static final long serialVersionUID = 1;
    private static final int TRIES = 5;
    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);
    private static final Duration WATCH = Duration.ofSeconds(5);
    private static final String STOPPED = "its build was stopped";

    private final PromoteImageStep.Order order;
    private final String promotion = UUID.randomUUID().toString();
    private int tries;
    private volatile boolean stopped;
    private transient volatile String said;
    private transient volatile boolean working;

    PromoteImageExecution(StepContext context, PromoteImageStep.Order order) {
        super(context);
        this.order = order;
    }

    @Override
    public final boolean start() {
        inBackground(this::promote);
        return false;
    }

    @Override
    public final void onResume() {
        inBackground(this::promote);
    }

    @Override
    public final void stop(Throwable cause) throws Exception {
        leave();
        super.stop(cause);
    }

    private void leave() {
        stopped = true;
        giveUp(STOPPED);
    }

    private void giveUp(String reason) {
        inBackground(() -> abandon(promotion, reason));
    }

    /** Has what is promoted under this id undone, unless it is complete. */
    void abandon(String id, String reason) {
        host().promotions().giveUp(id, reason);
    }

    /** Whether nobody waits for it any more; then it is given up, once. */
    private boolean isLeft() {
        if (!stopped && isEndedUntold()) {
            leave();
        }
        return stopped;
    }

    private void promote() {
        if (isLeft()) {
            return;
        }
        try {
            Run<?, ?> build = getContext().get(Run.class);
            checkMay(build);
            getContext().onSuccess(watched(build));
        } catch (EngineException e) {
            boolean busy = e.kind() == FailureKind.BUSY;
            boolean again = busy || e.kind().retryable() && (isStoreAway() || tries++ < TRIES);
            if (again && !stopped) {
                say(busy ? e.getMessage() : e.getMessage() + " – trying again");
                host().later(this::promote, TRY_AGAIN);
            } else {
                fail(new AbortException(e.getMessage()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(e);
        } catch (IOException | RuntimeException | Error e) {
            fail(e);
        }
    }

    /** It is waited for however long, as by all steps; a registry is asked a few times only. */
    private boolean isStoreAway() {
        try {
            host().store().activeStreams("promotion", 1);
            return false;
        } catch (EngineException e) {
            return e.kind().retryable();
        }
    }

    void checkMay(Run<?, ?> build) throws IOException, InterruptedException {
        host().riders().mayPromote(asking(), order.to(), host().promotions().repositories(wanted(), build));
    }

    private Promotions.Wanted wanted() {
        return new Promotions.Wanted(order.from(), order.to(), order.images(), order.overwrite());
    }

    private void fail(Throwable cause) {
        giveUp(String.valueOf(cause.getMessage()));
        if (!stopped) {
            getContext().onFailure(cause);
        }
    }

    private Map<String, Object> watched(Run<?, ?> build) throws IOException, InterruptedException {
        working = true;
        host().later(this::watch, WATCH);
        try {
            return run(build, promotion, this::isLeft);
        } finally {
            working = false;
        }
    }

    /** Every few seconds while something is under way: whether anybody waits for it, and how far it is. */
    private void watch() {
        if (working && !isLeft()) {
            progress(promotion).ifPresent(this::say);
            host().later(this::watch, WATCH);
        }
    }

    Optional<String> progress(String id) {
        return host().promotions().progress(id);
    }

    /** @return the step's value */
    Map<String, Object> run(Run<?, ?> build, String id, BooleanSupplier left) throws IOException, InterruptedException {
        Promotions promotions = host().promotions();
        String host = host().registryHost(order.to());
        if (order.plan()) {
            return plan(promotions.plan(wanted(), build), host);
        }
        return answer(
                promotions.promote(id, wanted(), new Promotions.Asking(build, origin(), left, line -> log(line))),
                build,
                host);
    }

    private void say(String line) {
        if (!line.equals(said)) {
            said = line;
            log(line);
        }
    }

    private Map<String, Object> answer(Promoter.Result result, Run<?, ?> build, String host) throws IOException {
        List<Map<String, String>> promoted = new ArrayList<>();
        List<ImagesAction.Image> images = new ArrayList<>();
        for (Move move : result.moves()) {
            String target = host + "/" + move.targetRepository() + ":" + move.tag();
            String digest = move.digest().value();
            log("promoted " + target);
            promoted.add(new LinkedHashMap<>(Map.of("image", target, "digest", digest)));
            images.add(new ImagesAction.Image(move.targetRepository(), target, digest, "", "promoted", "promoteImage"));
        }
        ImagesAction.add(host(), build, images);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("promotion", promotion);
        answer.put("images", promoted);
        return answer;
    }

    private Map<String, Object> plan(Promoter.Plan plan, String host) {
        List<Map<String, String>> tags = new ArrayList<>();
        for (Move move : plan.moves()) {
            String target = host + "/" + move.targetRepository() + ":" + move.tag();
            String former = move.former().map(Digest::value).orElse("");
            String digest = move.digest().value();
            Map<String, String> tag = new LinkedHashMap<>();
            tag.put("image", target);
            tag.put("from", former);
            tag.put("to", digest);
            tags.add(tag);
            log(target + ": "
                    + (former.isEmpty() ? "new" : former.equals(digest) ? "unchanged" : former + " → " + digest));
        }
        CopyPlan content = plan.content();
        log("to be copied: " + content.missingImages() + " of "
                + content.parts().size() + " images, " + Sizes.text(content.bytes()) + "; about "
                + plan.requests() + " requests; nothing was done");
        content.notes().forEach(line -> log(line));
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("images", content.missingImages());
        answer.put("bytes", content.bytes());
        answer.put("requests", plan.requests());
        answer.put("tags", tags);
        return answer;
    }
}
