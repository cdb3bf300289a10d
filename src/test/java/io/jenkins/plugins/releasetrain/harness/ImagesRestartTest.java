package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import hudson.model.Result;
import io.jenkins.plugins.releasetrain.actions.ImagesAction;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** What build.xml keeps of a build with images, on the baseline's XStream. */
class ImagesRestartTest {
    @RegisterExtension
    private final JenkinsSessionExtension session = new JenkinsSessionExtension();

    /** A build as its page and its lists show it. */
    private record Shown(Result result, long begun, long took, String name, List<String> images) {
        static Shown of(WorkflowRun build) {
            return new Shown(
                    build.getResult(),
                    build.getTimeInMillis(),
                    build.getDuration(),
                    build.getDisplayName(),
                    build.getAction(ImagesAction.class).getImages().stream()
                            .map(i -> i.getService() + " " + i.getImage() + " " + i.getVerdict())
                            .toList());
        }
    }

    private static WorkflowRun build(JenkinsRule jenkins, String job, int number) {
        return jenkins.jenkins.getItemByFullName(job, WorkflowJob.class).getBuildByNumber(number);
    }

    @Test
    void J_restart_images_aBuildWithImagesIsAfterRestartsWhatItWas() throws Throwable {
        Shown[] before = new Shown[1];
        session.then(jenkins -> {
            WorkflowRun build = jenkins.buildAndAssertSuccess(Shop.job(jenkins, "cart", """
                trackImage service: 'cart', image: 'dev.example/shop/cart:1.4.2'
                trackImage service: 'pay', image: 'dev.example/shop/pay:2.0.0'
                currentBuild.displayName = 'with images'
                """));
            before[0] = Shown.of(build);
        });
        assertThat(before[0].images())
                .containsExactly("cart dev.example/shop/cart:1.4.2 tracked", "pay dev.example/shop/pay:2.0.0 tracked");

        session.then(jenkins -> {
            assertThat(Shown.of(build(jenkins, "cart", 1))).isEqualTo(before[0]);
            build(jenkins, "cart", 1).setDescription("saved again");
        });
        session.then(jenkins -> {
            WorkflowRun build = build(jenkins, "cart", 1);
            assertThat(build.isBuilding()).isFalse();
            assertThat(Shown.of(build)).isEqualTo(before[0]);
            assertThat(build.getDescription()).isEqualTo("saved again");
        });
    }

    /** The version before wrote a record. */
    @Test
    void J_restart_images_oldFilesAreReadWithAllThatIsBehindTheImages() throws Throwable {
        session.then(jenkins -> {
            WorkflowJob job = Shop.job(jenkins, "old", "echo 'never'");
            job.updateNextBuildNumber(2);
            Path folder = Files.createDirectories(job.getBuildDir().toPath().resolve("1"));
            try (InputStream xml = getClass().getResourceAsStream("build-with-record.xml")) {
                Files.copy(xml, folder.resolve("build.xml"));
            }
            Files.createFile(folder.resolve("log"));
        });
        session.then(jenkins -> {
            WorkflowRun build = build(jenkins, "old", 1);
            assertThat(Shown.of(build))
                    .isEqualTo(new Shown(
                            Result.SUCCESS,
                            1790000000000L,
                            4321,
                            "#1",
                            List.of("cart dev.example/shop/cart:1.4.2 released")));
            assertThat(build.getDescription()).isEqualTo("what is behind the images");
            assertThat(build.isBuilding()).isFalse();
        });
    }
}
