package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Result;
import io.jenkins.plugins.releasetrain.actions.ImagesAction;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;

class PromoteImageStepTest extends ShopTest {
    @Test
    void promotesAllImagesAndTellsTheBuild() throws Exception {
        String cart = shop.build("cart", "1.4.2");
        String pay = shop.build("pay", "2.0.0");

        WorkflowRun build = jenkins.buildAndAssertSuccess(Shop.job(jenkins, "promote", """
            def r = promoteImage(from: 'dev', to: 'production', images: ['shop/cart:1.4.2', 'shop/pay:2.0.0'])
            echo "promoted ${r.images.size()} images, first ${r.images[0].digest}"
            """));

        assertThat(shop.production.tags("shop/cart")).containsEntry("1.4.2", cart);
        assertThat(shop.production.tags("shop/pay")).containsEntry("2.0.0", pay);
        jenkins.assertLogContains("promoted 2 images, first " + cart, build);
        assertThat(build.getAction(ImagesAction.class).getImages())
                .extracting(ImagesAction.Image::getDigest)
                .containsExactly(cart, pay);
    }

    @Test
    void I6_promotesNothingWhereOneImageIsMissing() throws Exception {
        shop.build("cart", "1.4.2");

        WorkflowRun build = jenkins.buildAndAssertStatus(Result.FAILURE, Shop.job(jenkins, "promote", """
            promoteImage from: 'dev', to: 'production', images: ['shop/cart:1.4.2', 'shop/pay:9']
            """));

        jenkins.assertLogContains("there is no image " + shop.dev.host() + "/shop/pay:9", build);
        assertThat(shop.production.tags("shop/cart")).isEmpty();
    }

    @Test
    void refusesToMoveAVersionTagUnlessTold() throws Exception {
        shop.build("cart", "1.4.2");
        String script = "promoteImage(from: 'dev', to: 'production', images: ['shop/cart:1.4.2'], overwrite: %s)";
        jenkins.buildAndAssertSuccess(Shop.job(jenkins, "first", script.formatted("false")));
        String other = shop.build("cart", "1.5.0");
        io.jenkins.plugins.releasetrain.testkit.registry.SampleImages.at(shop.dev.origin())
                .push(
                        "shop/cart",
                        "1.4.2",
                        io.jenkins.plugins.releasetrain.testkit.registry.SampleImage.of("cart", "1.5.0"));

        WorkflowRun refused =
                jenkins.buildAndAssertStatus(Result.FAILURE, Shop.job(jenkins, "again", script.formatted("false")));
        jenkins.assertLogContains("use another tag, or allow the tag to move", refused);

        jenkins.buildAndAssertSuccess(Shop.job(jenkins, "told", script.formatted("true")));
        assertThat(shop.production.tags("shop/cart")).containsEntry("1.4.2", other);
    }

    @Test
    void planTellsWhatWouldBeDoneAndChangesNothing() throws Exception {
        String cart = shop.build("cart", "1.4.2");

        WorkflowRun build = jenkins.buildAndAssertSuccess(Shop.job(jenkins, "plan", """
            def p = promoteImage(from: 'dev', to: 'production', images: ['shop/cart:1.4.2'], plan: true)
            echo "${p.images} image, ${p.bytes > 0}, from '${p.tags[0].from}' to ${p.tags[0].to}"
            """));

        jenkins.assertLogContains("1 image, true, from '' to " + cart, build);
        assertThat(shop.production.tags("shop/cart")).isEmpty();
    }

    @Test
    void S7_digestThatIsNotItsTagsIsRefused() throws Exception {
        shop.build("cart", "1.4.2");
        String other = shop.build("cart", "1.5.0");

        jenkins.assertLogContains(
                "shop/cart:1.4.2 is sha256:",
                jenkins.buildAndAssertStatus(Result.FAILURE, Shop.job(jenkins, "promote", """
                    promoteImage from: 'dev', to: 'production', images: ['shop/cart:1.4.2@%s']
                    """.formatted(other))));
        assertThat(shop.production.tags("shop/cart")).isEmpty();
    }

    @Test
    void saysWhatIsWrongWithItsArguments() throws Exception {
        jenkins.assertLogContains(
                "Unknown registry 'nowhere'; configured are dev, production",
                jenkins.buildAndAssertStatus(
                        Result.FAILURE,
                        Shop.job(jenkins, "a", "promoteImage from: 'nowhere', to: 'production', images: ['a/b:1']")));
        jenkins.assertLogContains(
                "Registry 'dev' is not a production registry",
                jenkins.buildAndAssertStatus(
                        Result.FAILURE,
                        Shop.job(jenkins, "b", "promoteImage from: 'dev', to: 'dev', images: ['a/b:1']")));
        jenkins.assertLogContains(
                "images is empty",
                jenkins.buildAndAssertStatus(
                        Result.FAILURE,
                        Shop.job(jenkins, "c", "promoteImage from: 'dev', to: 'production', images: []")));
    }
}
