package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.hudson.plugins.folder.Folder;
import hudson.Launcher;
import hudson.XmlFile;
import hudson.model.AbstractBuild;
import hudson.model.BuildListener;
import hudson.model.FreeStyleBuild;
import hudson.model.FreeStyleProject;
import hudson.model.Result;
import hudson.model.Run;
import hudson.model.Saveable;
import hudson.model.listeners.SaveableListener;
import io.jenkins.plugins.releasetrain.actions.ImagesAction;
import io.jenkins.plugins.releasetrain.actions.JobImagesAction;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.TestBuilder;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;

@WithJenkins
class TrackingTest {
    private static final String PASSWORD = "pa55-w0rd-of-the-folder";

    @Test
    void whatABuildMadeIsShownOnItsPageListedOnItsJobAndExported(JenkinsRule jenkins) throws Exception {
        WorkflowJob job = Shop.job(jenkins, "cart", "trackImage service: 'cart', image: 'dev.example/shop/cart:1.4.2'");
        jenkins.buildAndAssertSuccess(job);
        JenkinsRule.WebClient client = jenkins.createWebClient();

        assertThat(client.goTo("job/cart/1/").asNormalizedText()).contains("dev.example/shop/cart:1.4.2", "tracked");
        assertThat(client.goTo("job/cart/release-images/").asNormalizedText()).contains("dev.example/shop/cart:1.4.2");
        assertThat(client.goTo("job/cart/1/api/json?tree=actions[images[service,image,verdict]]", "application/json")
                        .getWebResponse()
                        .getContentAsString())
                .contains("\"service\":\"cart\"", "\"verdict\":\"tracked\"");
        WorkflowRun malformed = jenkins.buildAndAssertStatus(
                Result.FAILURE, Shop.job(jenkins, "bad", "trackImage service: 'cart', image: 'nonsense'"));
        jenkins.assertLogContains("Malformed image reference 'nonsense'", malformed);
    }

    /** Each save writes the whole of build.xml: one at once, so that a crash loses nothing of the first, and one by the build's end. */
    @Test
    void fiveThousandImagesOfABuildAreSavedOnce(JenkinsRule jenkins) throws Exception {
        Saves saves = new Saves();
        jenkins.jenkins.getExtensionList(SaveableListener.class).add(saves);
        FreeStyleProject job = jenkins.createFreeStyleProject("snapshot");
        job.getBuildersList().add(new TestBuilder() {
            @Override
            public boolean perform(AbstractBuild<?, ?> build, Launcher launcher, BuildListener listener) {
                saves.builds.set(0);
                for (int i = 0; i < 5_000; i++) {
                    ImagesAction.Image image =
                            new ImagesAction.Image("s" + i, "dev.example/s" + i + ":1", "", "", "tracked", "");
                    ImagesAction.add(ReleaseService.get(), build, List.of(image));
                }
                return true;
            }
        });
        FreeStyleBuild build = jenkins.buildAndAssertSuccess(job);
        int during = saves.builds.get();
        build.reload();

        assertThat(during).as("one for the images, one as the build ends").isLessThanOrEqualTo(2);
        assertThat(build.getAction(ImagesAction.class).getImages()).hasSize(5_000);
    }

    private static final class Saves extends SaveableListener {
        private final AtomicInteger builds = new AtomicInteger();

        @Override
        public void onChange(Saveable saved, XmlFile file) {
            if (saved instanceof Run) {
                builds.incrementAndGet();
            }
        }
    }

    /** The link is on every page of a job, so that it must not load the job's builds. */
    @Test
    void jobsLinkToTheirImagesWithoutLoadingTheirBuilds(JenkinsRule jenkins) throws Exception {
        WorkflowJob plain = Shop.job(jenkins, "plain", "echo 'nothing'");
        WorkflowJob cart =
                Shop.job(jenkins, "cart", "trackImage service: 'cart', image: 'dev.example/shop/cart:1.4.2'");
        for (int i = 0; i < 5; i++) {
            jenkins.buildAndAssertSuccess(plain);
        }
        jenkins.buildAndAssertSuccess(cart);
        jenkins.jenkins.reload();
        plain = jenkins.jenkins.getItemByFullName("plain", WorkflowJob.class);

        assertThat(plain.getAction(JobImagesAction.class).getIconFileName()).isNull();
        assertThat(plain.getLazyBuildMixIn().getRunMap().getLoadedBuilds()).hasSizeLessThanOrEqualTo(2);
        assertThat(jenkins.createWebClient().goTo("job/cart/").getWebResponse().getContentAsString())
                .contains("job/cart/release-images");
    }

    @Test
    void I9_folderCredentialsAreFoundFromTheRunningJobOnlyAndLeaveNoTrace(JenkinsRule jenkins) throws Exception {
        try (Shop shop = new Shop();
                EmbeddedRegistry guarded =
                        EmbeddedRegistry.start(RegistryOptions.DEFAULT.withBasicAuth("folder-user", PASSWORD))) {
            shop.build("cart", "1.4.2");
            shop.configure();
            Guarded.configure(guarded, "push");
            Folder folder = Guarded.folder(jenkins, "push", "folder-user", PASSWORD);
            String script = "promoteImage from: 'dev', to: 'guarded', images: ['shop/cart:1.4.2']";

            WorkflowRun outside = jenkins.buildAndAssertStatus(Result.FAILURE, Shop.job(jenkins, "outside", script));
            jenkins.assertLogContains("Credentials 'push'", outside);
            assertThat(guarded.tags("shop/cart")).isEmpty();

            WorkflowJob inside = folder.createProject(WorkflowJob.class, "inside");
            inside.setDefinition(new CpsFlowDefinition(script, true));
            WorkflowRun build = jenkins.buildAndAssertSuccess(inside);
            assertThat(guarded.tags("shop/cart")).containsKey("1.4.2");
            jenkins.assertLogNotContains(PASSWORD, build);
            assertThat(HomeFiles.with(jenkins.jenkins.getRootDir().toPath(), PASSWORD, "plugins", "war"))
                    .isEmpty();
        }
    }
}
