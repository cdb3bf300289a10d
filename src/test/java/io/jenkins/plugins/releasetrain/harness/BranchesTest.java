package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.hudson.plugins.folder.computed.DefaultOrphanedItemStrategy;
import hudson.model.Result;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import java.util.List;
import jenkins.branch.BranchSource;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.junit.jupiter.BuildWatcherExtension;
import org.jvnet.hudson.test.junit.jupiter.JenkinsSessionExtension;

/** Branches that are merged, pruned and deleted while their builds ride: each change ends, and nobody waits for it (I8). */
class BranchesTest {
    private static final String CHANGE = "monoRelease(train: 'shop', service: '%1$s', image: '1.1') { gate '%1$s' }";
    private static final String LANE = "microRelease(environment: 'cd', candidates: [%1$s: '1.1']) { gate '%1$s' }";

    @RegisterExtension
    static final BuildWatcherExtension WATCHER = new BuildWatcherExtension();

    @RegisterExtension
    private final JenkinsSessionExtension session = new JenkinsSessionExtension();

    private Shop shop;

    @BeforeEach
    void setUp() throws Exception {
        shop = new Shop();
        for (String service : Shop.SERVICES) {
            shop.build(service, "1.1");
        }
    }

    @AfterEach
    void tearDown() throws Exception {
        GateStep.forgetAll();
        MemoryScm.forgetAll();
        shop.close();
    }

    /** @param abort whether builds of branches that are gone are aborted */
    private static WorkflowMultiBranchProject project(JenkinsRule jenkins, boolean abort) throws Exception {
        WorkflowMultiBranchProject project = jenkins.createProject(WorkflowMultiBranchProject.class, "team");
        project.getSourcesList().add(new BranchSource(new MemoryScm("team")));
        DefaultOrphanedItemStrategy pruning = new DefaultOrphanedItemStrategy(true, "", "");
        pruning.setAbortBuilds(abort);
        project.setOrphanedItemStrategy(pruning);
        index(project);
        return project;
    }

    private static void index(WorkflowMultiBranchProject project) throws Exception {
        project.scheduleBuild2(0).getFuture().get();
    }

    private static WorkflowRun build(JenkinsRule jenkins, String branch) {
        WorkflowJob job = jenkins.jenkins.getItemByFullName("team/" + branch, WorkflowJob.class);
        return job == null ? null : job.getBuildByNumber(1);
    }

    private static boolean isGone(JenkinsRule jenkins, String item) {
        return jenkins.jenkins.getItemByFullName(item) == null;
    }

    private void theNextOnesAreReleased(JenkinsRule jenkins) throws Exception {
        String cart = shop.build("cart", "9.9");
        String mail = shop.build("mail", "9.9");
        jenkins.buildAndAssertSuccess(Shop.job(
                jenkins,
                "next",
                "monoRelease(train: 'shop', service: 'cart', image: '9.9') { echo 'tested' }\n"
                        + "microRelease(environment: 'cd', candidates: [mail: '9.9']) { echo 'tested' }"));
        assertThat(shop.inProduction("cart")).isEqualTo(cart);
        assertThat(shop.inProduction("mail")).isEqualTo(mail);
    }

    @Test
    void I8_aBranchThatIsMergedAndPrunedWhileItWaitsIsReleasedAfterARestart() throws Throwable {
        String cart = shop.dev.tags("shop/cart").get("1.1");
        MemoryScm.branch("feature", CHANGE.formatted("cart"));
        session.then(jenkins -> {
            shop.configure();
            Shop.operate("PAUSE", "they gather");
            WorkflowMultiBranchProject project = project(jenkins, false);
            Shop.await("its build", () -> build(jenkins, "feature") != null);
            jenkins.waitForMessage("Queued for train 'shop'", build(jenkins, "feature"));
            MemoryScm.deleteBranch("feature");
            index(project);
            assertThat(build(jenkins, "feature").isBuilding()).isTrue();
        });
        session.then(jenkins -> {
            Shop.operate("RESUME", "");
            GateStep.awaitWaiting("cart");
            GateStep.open("cart");
            jenkins.assertBuildStatus(Result.SUCCESS, jenkins.waitForCompletion(build(jenkins, "feature")));
            assertThat(shop.inProduction("cart")).isEqualTo(cart);
            index(jenkins.jenkins.getItemByFullName("team", WorkflowMultiBranchProject.class));
            Shop.await("the branch to be gone", () -> isGone(jenkins, "team/feature"));
            theNextOnesAreReleased(jenkins);
        });
    }

    @Test
    void I8_branchesWhoseBuildsAreAbortedWhenTheyArePrunedLeaveTrainAndEnvironment() throws Throwable {
        MemoryScm.branch("change", CHANGE.formatted("cart"));
        MemoryScm.branch("lane", LANE.formatted("pay"));
        session.then(jenkins -> {
            shop.configure();
            String pay = shop.inProduction("pay");
            WorkflowMultiBranchProject project = project(jenkins, true);
            GateStep.awaitWaiting("cart");
            GateStep.awaitWaiting("pay");
            MemoryScm.deleteBranch("change");
            MemoryScm.deleteBranch("lane");
            index(project);

            Shop.await(
                    "the change to be taken off",
                    () -> EveryState.ends("train/shop").containsValue(List.of(Event.Outcome.CANCELLED.name())));
            Shop.await(
                    "the lane to end",
                    () -> EveryState.ends("lane/cd").containsValue(List.of(Event.Outcome.CANCELLED.name())));
            Shop.await(
                    "what production runs to be back",
                    () -> shop.installed("cd", "pay").equals(pay));
            assertThat(shop.production.tags("prod/cart")).doesNotContainKey("1.1");
            theNextOnesAreReleased(jenkins);
        });
    }

    @Test
    void I8_aMultibranchProjectThatIsDeletedLeavesTrainAndEnvironment() throws Throwable {
        MemoryScm.branch("change", CHANGE.formatted("cart"));
        MemoryScm.branch("lane", LANE.formatted("pay"));
        // whichever of the two runs the tests of both
        MemoryScm.branch("waits", "monoRelease(train: 'shop', service: 'mail', image: '1.1') { gate 'cart' }");
        session.then(jenkins -> {
            shop.configure();
            String pay = shop.inProduction("pay");
            WorkflowMultiBranchProject project = project(jenkins, false);
            GateStep.awaitWaiting("cart");
            GateStep.awaitWaiting("pay");
            jenkins.waitForMessage("Queued for train 'shop'", build(jenkins, "waits"));
            project.delete();

            assertThat(isGone(jenkins, "team")).isTrue();
            Shop.await(
                    "the lane to end",
                    () -> EveryState.ends("lane/cd").containsValue(List.of(Event.Outcome.CANCELLED.name())));
            theNextOnesAreReleased(jenkins);
            Shop.await(
                    "what production runs to be back",
                    () -> shop.installed("cd", "pay").equals(pay));
            assertThat(EveryState.ends("train/shop").values())
                    .allSatisfy(e -> assertThat(e).hasSize(1));
            assertThat(shop.production.tags("prod/cart")).doesNotContainKey("1.1");
        });
    }
}
