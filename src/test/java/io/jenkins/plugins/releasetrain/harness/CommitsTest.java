package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Result;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import java.nio.charset.StandardCharsets;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Commits of releases, from the change sets of a real Jenkins. */
class CommitsTest extends ShopTest {
    private static final String BUILD = """
        def fails = %s
        node {
          checkout([$class: 'ScriptedScm', remote: 'shop/cart'])
          dir("${pwd()}@libs/0123/root") {
            checkout([$class: 'ScriptedScm', remote: 'shop/library'])
          }
        }
        if (fails.contains(BUILD_NUMBER as int)) { error 'does not compile' }
        monoRelease(train: 'shop', service: 'cart', image: "%s.${BUILD_NUMBER}", promote: %s) { echo 'tested' }
        """;

    @AfterEach
    void forget() {
        ScriptedScm.forgetAll();
    }

    private void build(WorkflowJob job, int number, Result result) throws Exception {
        build(job, number, result, "1", "c");
    }

    private void build(WorkflowJob job, int number, Result result, String line, String commits) throws Exception {
        shop.build("cart", line + "." + number);
        ScriptedScm.commit("shop/cart", commits + number + "a", "bob", "SHOP-" + number + ": first of " + number);
        ScriptedScm.commit("shop/cart", commits + number + "b", "eve", "second of " + number);
        ScriptedScm.commit("shop/library", "l" + number, "lib", "library of " + number);
        WorkflowRun build = jenkins.buildAndAssertStatus(result, job);
        assertThat(build.getNumber()).isEqualTo(number);
    }

    private static String get(String path, String query) {
        return new String(ReleaseService.get().history().get(path, query, "").body(), StandardCharsets.UTF_8);
    }

    private static String known(String path, String query, String text) throws InterruptedException {
        Shop.await(text + " in " + path, () -> get(path, query).contains(text));
        return get(path, query);
    }

    @Test
    void failedBuildsInBetweenLoseNoCommitAndLibrariesBringNone() throws Exception {
        WorkflowJob job = Shop.job(jenkins, "cart", BUILD.formatted("[2, 3]", "1", "true"));
        build(job, 1, Result.SUCCESS);
        build(job, 2, Result.FAILURE);
        build(job, 3, Result.FAILURE);
        build(job, 4, Result.SUCCESS);
        build(job, 5, Result.SUCCESS);

        String second = known("releases/shop-2", "", "\"c4b\"");
        for (String commit : new String[] {"c2a", "c2b", "c3a", "c3b", "c4a", "c4b"}) {
            assertThat(second).containsOnlyOnce("\"id\":\"" + commit + "\"");
        }
        assertThat(second).doesNotContain("\"c1a\"", "\"c5a\"", "\"l2\"", "\"l4\"");
        assertThat(second).contains("https://github.com/shop/cart/compare/c1b...c4b");
        String both = known("compare", "from=shop-1&to=shop-3", "\"c5b\"");
        assertThat(both)
                .contains("\"total\":8", "\"complete\":true", "\"name\":\"bob\",\"user\":\"bob\",\"commits\":4");
        assertThat(get("compare", "from=shop-3&to=shop-2")).contains("\"state\":\"BACK\"", "\"c5a\"");
        assertThat(get("history", "person=eve")).contains("\"shop-2\"", "\"shop-3\"");
    }

    @Test
    void commitsOfAChangeRequestAreItsOwn() throws Exception {
        WorkflowJob main = Shop.job(jenkins, "cart", BUILD.formatted("[]", "1", "true"));
        build(main, 1, Result.SUCCESS);
        WorkflowJob request =
                Shop.job(jenkins, ScriptedScm.CHANGE_REQUEST + "7", BUILD.formatted("[1]", "pr", "false"));
        build(request, 1, Result.FAILURE, "pr", "p");
        build(request, 2, Result.SUCCESS, "pr", "p");
        build(main, 2, Result.SUCCESS);

        String proven = get("history", "state=PROVEN");
        String change = proven.replaceFirst(".*?\"id\":\"([^\"]+)\".*", "$1");
        assertThat(known("changes/" + change, "", "\"p2b\""))
                .contains("\"changeRequest\":true", "\"state\":\"MADE\"", "\"p2a\"");
        assertThat(known("releases/shop-2", "", "\"c2b\""))
                .contains("\"changeRequest\":false")
                .contains("\"state\":\"ADDED\"");
    }
}
