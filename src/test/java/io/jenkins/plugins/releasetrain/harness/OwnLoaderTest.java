package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.RealJenkinsExtension;

/** Pages of a controller whose plugins have class loaders of their own, as they have outside of tests. */
class OwnLoaderTest {
    private static final List<String> PAGES = List.of(
            "manage/release-train/",
            "manage/release-train/all",
            "manage/release-train/health/",
            "manage/release-train/store/",
            "manage/release-train/trains/",
            "manage/release-train/trains/shop/",
            "manage/release-train/trains/_new/",
            "manage/release-train/environments/cd/",
            "manage/release-train/catalogs/shop/",
            "manage/release-train/registries/dev/",
            "manage/release-train/webhooks/_new/",
            "release-trains/",
            "job/cart/",
            "job/cart/1/",
            "pipeline-syntax/");

    @RegisterExtension
    private final RealJenkinsExtension jenkins = new RealJenkinsExtension();

    @Test
    void allPagesAreShown() throws Throwable {
        try (Shop shop = new Shop()) {
            shop.build("cart", "1.1");
            Shop.Places places = shop.places();
            jenkins.then(r -> {
                Shop.configure(places);
                r.buildAndAssertSuccess(Shop.job(
                        r, "cart", "monoRelease(train: 'shop', service: 'cart', image: '1.1') { echo 'tested' }"));
                assertThat(answers(r)).allSatisfy(answer -> assertThat(answer).startsWith("200 "));
            });
        }
    }

    private static List<String> answers(JenkinsRule r) throws Exception {
        List<String> answers = new ArrayList<>();
        try (JenkinsRule.WebClient browser = r.createWebClient()) {
            browser.getOptions().setJavaScriptEnabled(false);
            browser.setThrowExceptionOnFailingStatusCode(false);
            for (String page : PAGES) {
                answers.add(browser.getPage(r.getURL() + page).getWebResponse().getStatusCode() + " " + page);
            }
        }
        return answers;
    }
}
