package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.ExtensionList;
import hudson.model.ListView;
import hudson.model.Result;
import io.jenkins.plugins.releasetrain.actions.ReleasedColumn;
import io.jenkins.plugins.releasetrain.config.AccessConfiguration;
import io.jenkins.plugins.releasetrain.config.BadgesConfiguration;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.config.TrainConfiguration;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.net.HttpURLConnection;
import java.net.URL;
import java.util.List;
import jenkins.model.Jenkins;
import org.htmlunit.Page;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/** What Jenkins' own pages, and other sites' pages, show of releases. */
class PresenceTest extends ShopTest {
    private static final String BADGE = "release-trains/badge?service=";

    @Test
    void listsAndPagesOfJobsTellWhatWasReleasedLast() throws Exception {
        shop.build("cart", "1.1");
        ended(Result.SUCCESS, ride("cart", "1.1", ""));
        shop.build("mail", "2.0");
        ended(Result.FAILURE, ride("mail", "2.0", ""));
        jenkins.buildAndAssertSuccess(Shop.job(jenkins, "plain", "echo 'nothing'"));
        ListView view = new ListView("shop", jenkins.jenkins);
        view.setIncludeRegex(".*");
        view.getColumns().add(new ReleasedColumn());
        jenkins.jenkins.addView(view);
        jenkins.configRoundtrip(view);

        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            client.getOptions().setJavaScriptEnabled(false);
            assertThat(client.goTo("view/shop/").asNormalizedText())
                    .contains("Released", "cart", "1.1", "shop-1", "newest build: rejected");
            assertThat(client.goTo("job/cart-1-1/").asNormalizedText())
                    .contains("Released last", "cart 1.1: released shop-1");
            assertThat(client.goTo("job/plain/").asNormalizedText()).doesNotContain("Released last");

            AccessConfiguration named = new AccessConfiguration("plain");
            named.setServices("cart");
            TrainConfiguration train = new TrainConfiguration(Shop.TRAIN, "shop", "staging");
            train.setAccess(List.of(named, new AccessConfiguration("**")));
            ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class).setTrains(List.of(train));
            assertThat(client.goTo("job/plain/").asNormalizedText())
                    .as("the configuration names it, though its builds ask for nothing")
                    .contains("Released last", "cart 1.1: released shop-1");
        }
    }

    @Test
    void badgesAreForReadersAndForEverybodyWhereAnAdministratorSaysSo() throws Exception {
        shop.build("cart", "1.1");
        shop.build("pay", "3.0");
        ended(Result.SUCCESS, ride("cart", "1.1", ""));
        ended(Result.SUCCESS, ride("pay", "3.0", ""));
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ)
                .everywhere()
                .to("reader")
                // Release/View, without Overall/Read, is nobody's way around it.
                .grant(ReleasePermissions.VIEW)
                .everywhere()
                .to("stranger"));
        String hostile = "%3Cscript%3Ealert(1)%3C/script%3E";
        try (JenkinsRule.WebClient client = jenkins.createWebClient()) {
            client.setThrowExceptionOnFailingStatusCode(false);
            for (String service : new String[] {"cart", "pay", "nowhere", hostile, ""}) {
                assertThat(status(client, service)).as(service).isEqualTo(404);
            }
            assertThat(asNobody("release-trains/badge/")).as("no service").isEqualTo(404);
            for (String other : new String[] {"", "now", "badge/x", "api/now", "export"}) {
                assertThat(asNobody("release-trains/" + other))
                        .as("everything else still asks who it is: " + other)
                        .isEqualTo(403);
            }
            ReleaseTrainConfiguration configuration = ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class);
            configuration.setBadges(new BadgesConfiguration("cart, mail"));

            Page badge = client.goTo(BADGE + "cart", "image/svg+xml");
            assertThat(badge.getWebResponse().getContentAsString()).contains("cart: 1.1");
            assertThat(badge.getWebResponse().getResponseHeaderValue("X-Content-Type-Options"))
                    .isEqualTo("nosniff");
            assertThat(status(client, "pay")).isEqualTo(404);
            assertThat(asNobody("release-trains/api/now")).isEqualTo(403);

            client.login("reader");
            assertThat(status(client, "pay")).isEqualTo(200);
            assertThat(status(client, hostile)).isEqualTo(404);
        }
    }

    /** Without the login page that a browser is led to. */
    private int asNobody(String address) throws Exception {
        return ((HttpURLConnection) new URL(jenkins.getURL(), address).openConnection()).getResponseCode();
    }

    private static int status(JenkinsRule.WebClient client, String service) throws Exception {
        return client.goTo(BADGE + service, null).getWebResponse().getStatusCode();
    }
}
