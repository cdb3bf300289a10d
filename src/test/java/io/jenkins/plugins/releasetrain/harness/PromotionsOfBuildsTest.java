package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.hudson.plugins.folder.Folder;
import hudson.model.Result;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Failure;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;

/** What becomes of a build's promotion while it runs, and after its build. */
class PromotionsOfBuildsTest extends ShopTest {
    private static final String USER = "folder-user";
    private static final String PASSWORD = "open sesame";

    /** Whoever reads the log of a long promotion sees that it moves. */
    @Test
    void tellsHowFarItIsWhileItRuns() throws Exception {
        shop.build("cart", "1.4.2");
        CountDownLatch over = new CountDownLatch(1);
        shop.dev.failNext(1, r -> r.is("GET", "/blobs/"), Failure.stalled(1, over));

        WorkflowRun build = Shop.start(Shop.job(
                jenkins, "promote", "promoteImage from: 'dev', to: 'production', images: ['shop/cart:1.4.2']"));
        // One blob stands still; how many others are through by then is a matter of chance.
        jenkins.waitForMessage("0 of 1 images, ", build);
        over.countDown();

        jenkins.assertBuildStatusSuccess(jenkins.waitForCompletion(build));
        assertThat(jenkins.getLog(build)).containsPattern("0 of 1 images, [0-2] of 3 blobs, \\d+ B of [0-9.]+ k?B");
    }

    /** Nobody can give up what is not ordered yet: the tags of its images are looked for first, or a daemon's images pushed. */
    @Test
    void I6_aBuildThatIsStoppedBeforeItsPromotionBeginsPromotesNothing() throws Exception {
        shop.build("cart", "1.4.2");
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        shop.dev.failNext(1, r -> r.path().contains("/manifests/1.4.2"), right -> {
            asked.countDown();
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return right;
        });
        WorkflowRun build = Shop.start(Shop.job(
                jenkins, "promote", "promoteImage from: 'dev', to: 'production', images: ['shop/cart:1.4.2']"));
        asked.await();
        build.doStop();
        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(build));
        over.countDown();

        ReleaseService service = ReleaseService.get();
        String stream = "promotions/" + service.controller().id();
        Shop.await(
                "the end of what was ordered",
                () -> service.store().events(stream, 0, 10).size() > 1);
        assertThat(shop.production.tags("shop/cart")).isEmpty();
    }

    /** The system has no credentials for it; what is left of a build whose record is gone is undone with its job's. */
    @Test
    void B28_isUndoneWithTheCredentialsOfItsJobEvenWhenItsBuildIsDeleted() throws Exception {
        try (EmbeddedRegistry guarded = EmbeddedRegistry.start(RegistryOptions.DEFAULT.withBasicAuth(USER, PASSWORD))) {
            shop.build("cart", "1.4.2");
            shop.build("pay", "2.0.0");
            Guarded.configure(guarded, "push");
            Folder folder = Guarded.folder(jenkins, "push", USER, PASSWORD);
            AtomicBoolean away = new AtomicBoolean(true);
            guarded.failNext(99, r -> r.is("PUT", "/shop/pay/manifests/2.0.0"), Failure.status(403, "DENIED", "no"));
            guarded.failNext(
                    Integer.MAX_VALUE,
                    r -> away.get() && r.method().equals("DELETE"),
                    Failure.status(500, "UNKNOWN", "away"));
            WorkflowJob job = folder.createProject(WorkflowJob.class, "promote");
            job.setDefinition(new CpsFlowDefinition(
                    "promoteImage from: 'dev', to: 'guarded', images: ['shop/cart:1.4.2', 'shop/pay:2.0.0']", true));
            WorkflowRun build = Shop.start(job);
            Shop.await("the tag that moved", () -> guarded.tags("shop/cart").containsKey("1.4.2"));
            build.doStop();
            jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(build));
            job.setDefinition(new CpsFlowDefinition("echo 'nothing'", true));
            jenkins.buildAndAssertSuccess(job);
            build.delete();
            assertThat(guarded.tags("shop/cart")).containsKey("1.4.2");

            away.set(false);
            Shop.await("the undo", () -> guarded.tags("shop/cart").isEmpty());
        }
    }
}
