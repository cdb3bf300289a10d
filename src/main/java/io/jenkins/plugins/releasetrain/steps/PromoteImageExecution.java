package io.jenkins.plugins.releasetrain.steps;

import hudson.AbortException;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.releasetrain.actions.ImagesAction;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/** Promotes in the background; after a restart it goes on with the same promotion (I6). */
final class PromoteImageExecution extends StepExecution {
    private static final long serialVersionUID = 1;
    private static final int TRIES = 5;
    private static final Duration TRY_AGAIN = Duration.ofSeconds(10);

    private final PromoteImageStep.Order order;
    private final String promotion = UUID.randomUUID().toString();
    private int tries;
    private volatile boolean stopped;
    private transient volatile Event.PromotionOrdered ordered;

    PromoteImageExecution(StepContext context, PromoteImageStep.Order order) {
        super(context);
        this.order = order;
    }

    @Override
    public boolean start() {
        ReleaseService.get().execute(this::promote);
        return false;
    }

    @Override
    public void onResume() {
        ReleaseService.get().execute(this::promote);
    }

    @Override
    public void stop(Throwable cause) throws Exception {
        stopped = true;
        super.stop(cause);
    }

    private void promote() {
        if (stopped) {
            ReleaseService.get().promotions().giveUp(ordered, "its build was stopped");
            return;
        }
        try {
            ReleaseService.get().riders().mayPromote(Origins.asking(getContext()), order.to(), repositories());
            getContext().onSuccess(run(getContext().get(Run.class), getContext().get(TaskListener.class)));
        } catch (EngineException e) {
            if (e.kind().retryable() && tries++ < TRIES) {
                Logs.say(getContext(), e.getMessage() + " – trying again");
                ReleaseService.get().later(this::promote, TRY_AGAIN);
            } else {
                fail(new AbortException(e.getMessage()));
            }
        } catch (IOException | RuntimeException e) {
            fail(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(e);
        }
    }

    private List<String> repositories() {
        String host = ReleaseService.get().registryHost(order.from());
        return order.images().stream()
                .map(image -> ImageReference.parse(host, image).repository())
                .toList();
    }

    private void fail(Throwable cause) {
        if (ordered != null) {
            ReleaseService.get().promotions().giveUp(ordered, String.valueOf(cause.getMessage()));
        }
        getContext().onFailure(cause);
    }

    private Map<String, Object> run(Run<?, ?> build, TaskListener listener) throws IOException, InterruptedException {
        if (order.images().isEmpty()) {
            throw EngineException.invalid("promoteImage: images is empty; name at least one, as in 'shop/cart:1.4.2'");
        }
        ordered = new Event.PromotionOrdered(promotion, order.from(), order.to(), Origins.of(getContext()));
        List<Map<String, String>> promoted = new ArrayList<>();
        List<ImagesAction.Image> kept = new ArrayList<>();
        String host = ReleaseService.get().registryHost(order.to());
        for (Promoter.Item item : ReleaseService.get().promotions().promote(ordered, build, this::items)) {
            String target = host + "/" + item.targetRepository() + ":" + item.tag();
            listener.getLogger().println("[release-train] promoted " + target + "@" + item.digest());
            promoted.add(new LinkedHashMap<>(
                    Map.of("image", target, "digest", item.digest().value())));
            kept.add(new ImagesAction.Image(
                    item.targetRepository(), target, item.digest().value(), "", "promoted", "promoteImage"));
        }
        ImagesAction.add(build, kept);
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("promotion", promotion);
        answer.put("images", promoted);
        return answer;
    }

    private List<Promoter.Item> items(Registries registries) {
        return order.images().stream().map(image -> item(registries, image)).toList();
    }

    private Promoter.Item item(Registries registries, String image) {
        ReleaseService service = ReleaseService.get();
        ImageReference source =
                ImageReference.parse(registries.dev().host(), service.repositoryPrefix(order.from()) + image);
        Registry.Descriptor found = registries
                .dev()
                .resolve(source.repository(), source.manifestReference())
                .orElseThrow(() -> new EngineException(
                        FailureKind.NOT_FOUND, "Nothing was promoted: there is no image " + source));
        String tag = source.tag()
                .orElseThrow(() -> EngineException.invalid("promoteImage: '" + image
                        + "' needs a tag to be promoted as, as in 'shop/cart:1.4.2@sha256:…'"));
        if (source.digest().isPresent()
                && registries
                        .dev()
                        .resolve(source.repository(), tag)
                        .filter(named -> named.digest().equals(found.digest()))
                        .isEmpty()) {
            throw EngineException.invalid(
                    "promoteImage: nothing was promoted, since the tag of " + source + " is not of that digest there");
        }
        String bare = source.repository()
                .substring(service.repositoryPrefix(order.from()).length());
        return new Promoter.Item(
                source.repository(),
                service.repositoryPrefix(order.to()) + bare,
                found.digest(),
                tag,
                order.overwrite());
    }
}
