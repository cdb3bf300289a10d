package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import hudson.ExtensionList;
import hudson.model.Result;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.config.StoreConfiguration;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.URL;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jenkins.model.Jenkins;
import org.htmlunit.HttpMethod;
import org.htmlunit.WebRequest;
import org.htmlunit.WebResponse;
import org.htmlunit.util.NameValuePair;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/** The way from the file in JENKINS_HOME to PostgreSQL, as docs/admin.md tells it. */
class StoreMoveTest extends ShopTest {
    private static final Pattern COUNTS = Pattern.compile("(\\w+) (\\d+) = (\\d+)");

    private WebResponse copy(String user, int port) throws Exception {
        JenkinsRule.WebClient client = jenkins.createWebClient().withThrowExceptionOnFailingStatusCode(false);
        if (!user.isEmpty()) {
            client.login(user);
        }
        WebRequest request = new WebRequest(
                new URL(
                        jenkins.getURL(),
                        "descriptorByName/io.jenkins.plugins.releasetrain.config.StoreConfiguration/copyFile"),
                HttpMethod.POST);
        request.setRequestParameters(List.of(
                new NameValuePair("host", "127.0.0.1"),
                new NameValuePair("port", String.valueOf(port)),
                new NameValuePair("database", "postgres"),
                new NameValuePair("tls", "DISABLE"),
                new NameValuePair("caCertificate", ""),
                new NameValuePair("properties", ""),
                new NameValuePair("credentialsId", "database")));
        client.addCrumb(request);
        return client.getPage(request).getWebResponse();
    }

    @Test
    void theFileIsCopiedByOneCommandThatCountsBothSidesAndTrainsGoOnThere() throws Exception {
        String cart = shop.build("cart", "1.1");
        shop.build("pay", "1.1");
        ended(Result.SUCCESS, ride("cart", "1.1", "echo 'ok'"));
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
        Shop.operate("PAUSE", "the store moves");
        try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setServerConfig("listen_addresses", "127.0.0.1")
                .start()) {
            SystemCredentialsProvider.getInstance()
                    .getCredentials()
                    .add(new UsernamePasswordCredentialsImpl(
                            CredentialsScope.SYSTEM, "database", "", "postgres", "postgres"));

            String answer = copy("", server.getPort()).getContentAsString();
            assertThat(answer).contains("Copied; rows there and here");
            Matcher counts = COUNTS.matcher(answer);
            assertThat(counts.results().toList())
                    .isNotEmpty()
                    .allSatisfy(c -> assertThat(c.group(2)).as(c.group(1)).isEqualTo(c.group(3)));
            assertThat(copy("", server.getPort()).getContentAsString())
                    .as("all or nothing, and into an empty one only")
                    .doesNotContain("Copied;");
            int before =
                    ReleaseService.get().store().events("train/shop", 0, 1000).size();

            StoreConfiguration store = new StoreConfiguration("127.0.0.1", "postgres");
            store.setPort(server.getPort());
            store.setCredentialsId("database");
            ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class).setStore(store);
            Shop.awaitStore();
            Shop.await(
                    "the other store",
                    () -> ReleaseService.get()
                                    .store()
                                    .events("train/shop", 0, 1000)
                                    .size()
                            == before);
            assertThat(ReleaseService.get().store().releases("shop", Integer.MAX_VALUE, 10))
                    .hasSize(1);
            Shop.operate("RESUME", "");
            ended(Result.SUCCESS, ride("pay", "1.1", "echo 'ok'"));

            jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
            jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                    .grant(Jenkins.READ, ReleasePermissions.CONFIGURE)
                    .everywhere()
                    .to("dev"));
            assertThat(copy("dev", server.getPort()).getStatusCode()).isEqualTo(403);
        }
    }
}
