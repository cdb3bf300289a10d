package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Result;
import io.jenkins.plugins.releasetrain.actions.ImagesAction;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;

/** I8, I11: what goes wrong while a step ends is told, and never keeps the step from ending. */
class EndingsTest extends ShopTest {
    @Test
    void J_ending_hangs_B3_aBuildWhoseRecordCannotBeSavedEndsAsDecided() throws Exception {
        String cart = shop.build("cart", "1.1");
        Shop.operate("PAUSE", "its disk fills up meanwhile");
        // Jenkins keeps a build's variables in its record when they are first read, which it could not do later
        WorkflowRun build = Shop.start(Shop.job(jenkins, "cart", """
            echo env.JOB_NAME
            monoRelease(train: 'shop', service: 'cart', image: '1.1') { echo "tests $RELEASE_CHANGED" }
            """));
        jenkins.waitForMessage("Queued for train 'shop'", build);
        Path record = build.getRootDir().toPath().resolve("build.xml");
        Files.deleteIfExists(record);
        Files.createDirectory(record);
        Files.createFile(record.resolve("in the way"));

        Shop.operate("RESUME", "");

        jenkins.waitForMessage("released as shop-1", build);
        jenkins.waitForMessage("Finished: ", build);
        assertThat(build.getResult()).isEqualTo(Result.SUCCESS);
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
    }

    @Test
    void B2_lanesThatEndAtOnceAndImagesThatAreNotedMeanwhileDoNotDisturbOneAnother() throws Exception {
        for (String service : new String[] {"cart", "pay", "mail"}) {
            shop.build(service, "1.1");
        }
        WorkflowRun build = Shop.start(Shop.job(jenkins, "many", """
            parallel(
                lanes: { microRelease(environment: 'cd', candidates: [cart: '1.1', pay: '1.1', mail: '1.1']) { echo 'ok' } },
                more: { for (int i = 0; i < 100; i++) { trackImage(service: 'y' + i, image: 'dev.example/y:t' + i) } })
            """));

        ended(Result.SUCCESS, build);
        assertThat(build.getAction(ImagesAction.class).getImages()).hasSize(103);
    }
}
