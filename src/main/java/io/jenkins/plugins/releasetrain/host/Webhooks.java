package io.jenkins.plugins.releasetrain.host;

import io.jenkins.plugins.releasetrain.config.WebhookConfiguration;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.webhook.Endpoint;
import io.jenkins.plugins.releasetrain.engine.webhook.Webhook;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.plaincredentials.StringCredentials;

/** Delivers to the configured webhooks in the background. */
final class Webhooks {
    private static final Logger LOGGER = Logger.getLogger(Webhooks.class.getName());
    private static final Duration AFTER_TROUBLE = Duration.ofMinutes(1);

    private final Controller controller;
    private final Supplier<Store> store;
    private final Clock clock;
    private final Live live;
    private final List<Loop> loops = new ArrayList<>();
    private List<Webhook> current = List.of();
    private HttpClient http;

    Webhooks(Controller controller, Supplier<Store> store, Clock clock, Live live) {
        this.controller = controller;
        this.store = store;
        this.clock = clock;
        this.live = live;
    }

    /** Takes the place of those that were there; those parked are tried again. */
    synchronized void configure(List<WebhookConfiguration> configured) {
        loops.clear();
        current = List.of();
        live.forgetDeliveries();
        if (configured.isEmpty()) {
            return;
        }
        if (http == null) {
            http = controller.httpClient();
        }
        Webhook.Ports ports = new Webhook.Ports(store.get(), http, clock, controller.source(), controller.id());
        List<Webhook> webhooks = new ArrayList<>();
        for (WebhookConfiguration one : configured) {
            try {
                webhooks.add(new Webhook(
                        endpoint(one), one.isPrivateJobs() ? ports : ports.telling(controller::isForEverybody)));
            } catch (EngineException e) {
                LOGGER.log(Level.WARNING, "A webhook is left out: {0}", e.getMessage());
            }
        }
        current = List.copyOf(webhooks);
        current.forEach(webhook -> loops.add(new Loop(controller, () -> deliver(webhook))));
        wake();
    }

    private Endpoint endpoint(WebhookConfiguration configured) {
        String id = configured.getCredentialsId();
        return configured.endpoint(() -> new JenkinsCredentials(controller)
                .system(id, StringCredentials.class)
                .map(c -> c.getSecret().getPlainText())
                .orElseThrow(() -> JenkinsCredentials.missing(
                        Optional.empty(), id, "secret text", "webhook '" + configured.getName() + "'")));
    }

    /** Something happened. */
    synchronized void wake() {
        loops.forEach(Loop::wake);
    }

    private synchronized boolean isCurrent(Webhook webhook) {
        return current.contains(webhook);
    }

    private Optional<Duration> deliver(Webhook webhook) {
        if (!isCurrent(webhook)) {
            return Optional.empty();
        }
        Optional<Duration> next;
        try {
            next = webhook.deliver();
        } catch (EngineException e) {
            LOGGER.log(Level.WARNING, "{0} has to wait: {1}", new Object[] {webhook.endpoint(), e.getMessage()});
            next = Optional.of(AFTER_TROUBLE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            next = Optional.of(AFTER_TROUBLE);
        }
        tell(webhook);
        return next;
    }

    private void tell(Webhook webhook) {
        Webhook.Status status = webhook.status();
        Live.Delivery told = new Live.Delivery(
                webhook.endpoint().name(),
                webhook.endpoint().origin(),
                status.state().name(),
                status.failures(),
                status.reason(),
                status.next(),
                status.delivered());
        Optional<Live.Delivery> before = live.delivery(told);
        boolean parked = status.state() == Webhook.State.PARKED;
        if (parked && before.map(b -> !b.state().equals(told.state())).orElse(true)) {
            LOGGER.log(
                    Level.WARNING,
                    "{0} is given up after {1} failures, at last since {2}; what it was not told is kept: repair it and"
                            + " save the configuration",
                    new Object[] {webhook.endpoint(), status.failures(), status.reason()});
        }
    }
}
