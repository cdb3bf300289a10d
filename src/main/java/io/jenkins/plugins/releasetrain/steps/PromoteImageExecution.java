package io.jenkins.plugins.releasetrain.steps;

import hudson.AbortException;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.releasetrain.actions.ImagesAction;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.jenkinsci.plugins.workflow.steps.StepExecution;

/** Promotes in the background; after a restart it goes on with the same promotion (I6). */
final class PromoteImageExecution extends StepExecution {
    private static final long serialVersionUID = 1;
    private static final int TRIES = 5;

    private final PromoteImageStep.Order order;
    private final String promotion = UUID.randomUUID().toString();
    private int tries;

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

    private void promote() {
        try {
            FlowExecution flow = getContext().get(FlowExecution.class);
            ReleaseService.get().check(flow.getAuthentication2(), ReleasePermissions.PROMOTE);
            getContext().onSuccess(run(getContext().get(Run.class), getContext().get(TaskListener.class)));
        } catch (EngineException e) {
            if (e.kind().retryable() && tries++ < TRIES) {
                say(e.getMessage() + " – trying again");
                ReleaseService.get().later(this::promote, Duration.ofSeconds(10));
            } else {
                getContext().onFailure(new AbortException(e.getMessage()));
            }
        } catch (IOException | RuntimeException e) {
            getContext().onFailure(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            getContext().onFailure(e);
        }
    }

    private void say(String line) {
        Logs.say(getContext(), line);
    }

    private Map<String, Object> run(Run<?, ?> build, TaskListener listener) {
        if (order.images().isEmpty()) {
            throw EngineException.invalid("promoteImage: images is empty; name at least one, as in 'shop/cart:1.4.2'");
        }
        ReleaseService service = ReleaseService.get();
        Registries registries = service.registries(order.from(), order.to(), build);
        List<Promoter.Item> items = new ArrayList<>();
        for (String image : order.images()) {
            items.add(item(registries, image));
        }
        Promoter.Result result = service.promoter()
                .promote(new Promoter.Request(
                        promotion, "", registries.dev(), registries.production(), items, Map.of()));
        if (!result.promoted()) {
            throw new EngineException(FailureKind.CONFLICT, "Nothing was promoted: " + result.reason());
        }
        List<Map<String, String>> promoted = new ArrayList<>();
        for (Promoter.Item item : items) {
            String target = registries.production().host() + "/" + item.targetRepository() + ":" + item.tag();
            listener.getLogger().println("[release-train] promoted " + target + "@" + item.digest());
            promoted.add(new LinkedHashMap<>(
                    Map.of("image", target, "digest", item.digest().value())));
            ImagesAction.add(
                    build,
                    new ImagesAction.Image(
                            item.targetRepository(), target, item.digest().value(), "", "promoted", "promoteImage"));
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("promotion", promotion);
        answer.put("images", promoted);
        return answer;
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
