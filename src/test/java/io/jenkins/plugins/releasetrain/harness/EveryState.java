package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Result;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.flow.FlowDurabilityHint;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.job.properties.DurabilityHintJobProperty;
import org.jenkinsci.plugins.workflow.support.steps.input.InputAction;
import org.jenkinsci.plugins.workflow.support.steps.input.InputStepExecution;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/**
 * A train with two builds, one of them guilty, a lane and two plain promotions, whose controller goes down while they
 * wait, are installed, are tested, are searched and are promoted. The registries and the cluster stay.
 */
final class EveryState {
    private static final String MONO = """
        def r = monoRelease(train: 'shop', service: '%s', image: '1.1') {
            input message: 'go on?', id: env.RELEASE_TRIAL
            if (env.RELEASE_CHANGED.split(' ').contains('pay')) { error 'pay answers 500' }
        }
        echo "${r.outcome} in ${r.release}"
        """;
    private static final String MICRO = """
        def r = microRelease(environment: 'cd', candidates: [mail: '1.1']) { input message: 'go on?', id: env.RELEASE_TRIAL }
        echo "${r.outcome} in ${r.release}"
        """;
    private static final String PROMOTE =
            "promoteImage(from: 'dev', to: 'production', images: ['shop/%s:first', 'shop/%s:production'], overwrite:"
                    + " true)";

    /** One life of the controller after another. */
    interface Controller {
        /** Starts it, does this, and ends it in the way that is to be tested. */
        void live(Life life) throws Throwable;
    }

    /** What happens during a life of the controller, seen from outside. */
    interface Life {
        void run(Inside inside) throws Throwable;
    }

    /** Does something within the controller's process. */
    interface Inside {
        void run(RealJenkinsExtension.Step step) throws Throwable;
    }

    private final Shop shop;
    private final Controller controller;
    private final boolean killed;

    /** @param killed whether builds that do not keep their state do not survive */
    EveryState(Shop shop, Controller controller, boolean killed) {
        this.shop = shop;
        this.controller = controller;
        this.killed = killed;
    }

    void run() throws Throwable {
        String cart = shop.buildHeld("cart", "1.1");
        String mail = shop.buildHeld("mail", "1.1");
        shop.build("pay", "1.1");
        String payBefore = shop.inProduction("pay");
        Map<String, String> former = promoteOther();

        waiting();
        installing(cart, mail);
        shop.letGo(cart);
        shop.letGo(mail);
        testing();
        searching();
        promoting(cart);
        shop.refuseProductionTags(false);
        ending();

        assertThat(shop.inProduction("cart")).isEqualTo(cart);
        assertThat(shop.inProduction("mail")).isEqualTo(mail);
        assertThat(shop.inProduction("pay")).isEqualTo(payBefore);
        assertThat(shop.production.tags("shop/cart")).containsOnlyKeys("first", "production");
        Shop.await(
                "what nobody goes on with to be undone",
                () -> !killed || shop.production.tags("shop/mail").equals(former));
        if (!killed) {
            assertThat(shop.production.tags("shop/mail")).isNotEqualTo(former).containsKeys("first", "production");
        }
    }

    /** Images that plain promotions are for, one of them over a former one. */
    private Map<String, String> promoteOther() {
        Shop.push(shop.production, "shop/mail", "production", "former");
        for (String service : List.of("cart", "mail")) {
            Shop.push(shop.dev, "shop/" + service, "first", "first");
            Shop.push(shop.dev, "shop/" + service, "production", "first");
        }
        return shop.production.tags("shop/mail");
    }

    private void waiting() throws Throwable {
        Shop.Places places = shop.places();
        boolean alsoLost = killed;
        controller.live(inside -> inside.run(r -> {
            Shop.configure(places);
            Shop.operate("PAUSE", "they gather");
            for (String service : List.of("cart", "pay")) {
                Shop.start(Shop.job(r, service, MONO.formatted(service)));
                r.waitForMessage("Queued for train 'shop'", build(service));
            }
            if (alsoLost) {
                WorkflowJob lost = Shop.job(r, "lost", MONO.formatted("mail"));
                lost.addProperty(new DurabilityHintJobProperty(FlowDurabilityHint.PERFORMANCE_OPTIMIZED));
                Shop.start(lost);
                r.waitForMessage("Queued for train 'shop'", build("lost"));
            }
        }));
    }

    private void installing(String cart, String mail) throws Throwable {
        boolean alsoLost = killed;
        controller.live(inside -> {
            inside.run(r -> {
                if (alsoLost) {
                    r.assertBuildStatus(Result.FAILURE, r.waitForCompletion(build("lost")));
                    Shop.await(
                            "the lost build's change to end",
                            () -> ends("train/shop").containsValue(List.of(Event.Outcome.CANCELLED.name())));
                }
                Shop.operate("RESUME", "");
                Shop.start(Shop.job(r, "mail", MICRO));
            });
            Shop.await(
                    "cart and mail to be installed",
                    () -> shop.installed("staging", "cart").equals(cart)
                            && shop.installed("cd", "mail").equals(mail));
        });
    }

    private void testing() throws Throwable {
        controller.live(inside -> inside.run(r -> {
            awaitTests("cart");
            awaitTests("mail");
        }));
    }

    private void searching() throws Throwable {
        controller.live(inside -> inside.run(r -> {
            String whole = awaitTests("cart");
            goOn("cart");
            Shop.await(
                    "the next trial",
                    () -> !trial("cart").equals(whole) && !waiting("cart").isEmpty());
            assertThat(log("cart")).contains("pay answers 500");
        }));
    }

    private void promoting(String cart) throws Throwable {
        boolean alsoLost = killed;
        shop.refuseProductionTags(true);
        controller.live(inside -> {
            inside.run(r -> {
                awaitTests("mail");
                goOn("mail");
                Shop.await("a set without pay to pass", () -> {
                    goOn("cart");
                    return !ReleaseService.get()
                            .store()
                            .releases("shop", Integer.MAX_VALUE, 1)
                            .isEmpty();
                });
                Shop.start(Shop.job(r, "promote", PROMOTE.formatted("cart", "cart")));
                WorkflowJob lost = Shop.job(r, "promote-lost", PROMOTE.formatted("mail", "mail"));
                if (alsoLost) {
                    lost.addProperty(new DurabilityHintJobProperty(FlowDurabilityHint.PERFORMANCE_OPTIMIZED));
                }
                Shop.start(lost);
            });
            for (String tag : List.of("prod/cart:1.1", "prod/mail:1.1", "shop/cart:first", "shop/mail:first")) {
                String[] parts = tag.split(":");
                Shop.await(
                        tag + " to be moved",
                        () -> shop.production.tags(parts[0]).containsKey(parts[1]));
            }
            assertThat(shop.inProduction("cart")).isNotEqualTo(cart);
        });
    }

    private void ending() throws Throwable {
        boolean alsoLost = killed;
        controller.live(inside -> inside.run(r -> {
            Shop.await("all builds to end", () -> {
                List.of("cart", "pay", "mail").forEach(EveryState::goOn);
                return Stream.of("cart", "pay", "mail", "promote", "promote-lost")
                        .noneMatch(b -> build(b).isBuilding());
            });
            assertOutcome(r, "cart", Result.SUCCESS, "released in shop-1");
            assertOutcome(r, "pay", Result.FAILURE, "pay was rejected from 'shop'");
            assertOutcome(r, "mail", Result.SUCCESS, "released in cd-mail-1");
            assertOutcome(r, "promote", Result.SUCCESS, "promoted ");
            r.assertBuildStatus(alsoLost ? Result.FAILURE : Result.SUCCESS, build("promote-lost"));
            assertThat(ends("train/shop"))
                    .hasSize(alsoLost ? 3 : 2)
                    .allSatisfy(
                            (id, all) -> assertThat(all).as("outcomes of " + id).hasSize(1));
            assertThat(ends("lane/cd").values()).containsExactly(List.of(Event.Outcome.RELEASED.name()));
            List<Store.ReleaseRecord> releases = ReleaseService.get().store().releases("shop", Integer.MAX_VALUE, 10);
            assertThat(releases).hasSize(1);
            assertThat(releases.get(0).promotedAt()).isPresent();
        }));
    }

    private static void assertOutcome(JenkinsRule r, String job, Result result, String line) throws Exception {
        r.assertBuildStatus(result, build(job));
        r.assertLogContains(line, build(job));
    }

    /** Final outcomes by change or lane. */
    static Map<String, List<String>> ends(String stream) {
        Function<Event, Stream<String[]>> end = event -> {
            if (event instanceof Event.ChangeEnded e) {
                return Stream.<String[]>of(new String[] {e.change(), e.outcome().name()});
            } else if (event instanceof Event.LaneEnded e) {
                return Stream.<String[]>of(new String[] {e.lane(), e.outcome().name()});
            }
            return Stream.of();
        };
        return ReleaseService.get().store().events(stream, 0, 1000).stream()
                .map(Store.RecordedEvent::event)
                .flatMap(end)
                .collect(Collectors.groupingBy(e -> e[0], Collectors.mapping(e -> e[1], Collectors.toList())));
    }

    static WorkflowRun build(String job) {
        return Jenkins.get().getItemByFullName(job, WorkflowJob.class).getBuildByNumber(1);
    }

    private static String log(String job) {
        try {
            return JenkinsRule.getLog(build(job));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<InputStepExecution> waiting(String job) {
        InputAction action = build(job).getAction(InputAction.class);
        try {
            return action == null ? List.of() : action.getExecutions();
        } catch (InterruptedException | TimeoutException e) {
            return List.of();
        }
    }

    private static String trial(String job) {
        return waiting(job).stream().map(InputStepExecution::getId).findFirst().orElse("");
    }

    static String awaitTests(String job) throws InterruptedException {
        Shop.await("the tests of " + job, () -> !waiting(job).isEmpty());
        return trial(job);
    }

    static void goOn(String job) {
        for (InputStepExecution input : List.copyOf(waiting(job))) {
            try {
                input.doProceedEmpty();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
