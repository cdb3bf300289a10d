package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import hudson.ExtensionList;
import hudson.util.Secret;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.config.WebhookConfiguration;
import io.jenkins.plugins.releasetrain.engine.webhook.HookServer;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import java.util.List;
import org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class WebhookDeliveryTest {
    @Test
    void tellsAnotherSystemWhatHappens(JenkinsRule jenkins) throws Exception {
        try (Shop shop = new Shop();
                HookServer server = new HookServer()) {
            shop.configure();
            SystemCredentialsProvider.getInstance()
                    .getCredentials()
                    .add(new StringCredentialsImpl(
                            CredentialsScope.GLOBAL, "chat-secret", "", Secret.fromString("s3cr3t of the chat")));
            WebhookConfiguration chat = new WebhookConfiguration(
                    "chat", Secret.fromString(server.url().toString()), "chat-secret");
            chat.setEvents("paused, released");
            ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class).setWebhooks(List.of(chat));
            Shop.await(
                    "the webhook to know where it begins",
                    () -> ReleaseService.get().store().cursors("webhook/chat").containsKey(""));

            Shop.operate("PAUSE", "freeze");

            Shop.await("the delivery", () -> !server.deliveries.isEmpty());
            JsonNode event =
                    new ObjectMapper().readTree(server.deliveries.get(0).body());
            assertThat(event.get("type").asText()).endsWith(".paused");
            assertThat(event.get("source").asText()).isEqualTo(jenkins.getURL() + "release-trains");
            assertThat(event.at("/data/reason").asText()).isEqualTo("freeze");
            assertThat(server.deliveries.get(0).headers().get("webhook-signature"))
                    .startsWith("v1,");
            Shop.await(
                    "the report",
                    () -> new String(ReleaseService.get()
                                    .history()
                                    .get("webhooks", "", "")
                                    .body())
                            .contains("DELIVERING"));
        }
    }
}
