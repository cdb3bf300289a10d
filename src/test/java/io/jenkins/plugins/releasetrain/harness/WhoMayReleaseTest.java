package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.hudson.plugins.folder.Folder;
import hudson.ExtensionList;
import hudson.model.Computer;
import hudson.model.Item;
import hudson.model.Queue;
import hudson.model.Result;
import hudson.model.User;
import hudson.security.ACL;
import hudson.security.ACLContext;
import io.jenkins.plugins.releasetrain.config.AccessConfiguration;
import io.jenkins.plugins.releasetrain.config.EnvironmentConfiguration;
import io.jenkins.plugins.releasetrain.config.RegistryConfiguration;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.config.TrainConfiguration;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import jenkins.model.Jenkins;
import jenkins.security.QueueItemAuthenticator;
import jenkins.security.QueueItemAuthenticatorConfiguration;
import org.assertj.core.api.SoftAssertions;
import org.jenkinsci.plugins.pipeline.modeldefinition.actions.RestartDeclarativePipelineAction;
import org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition;
import org.jenkinsci.plugins.workflow.cps.replay.ReplayAction;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.MockQueueItemAuthenticator;
import org.springframework.security.core.Authentication;

/** Somebody who may only build and configure jobs tries to get an image to production (J-anybody-promotes, S2). */
class WhoMayReleaseTest extends ShopTest {
    private static final String TRAIN = "monoRelease(train: 'shop', service: 'pay', image: 'evil') { }";
    private static final String LANE = "microRelease(environment: 'cd', candidates: [pay: 'evil']) { }";
    private static final String PROMOTE =
            "promoteImage(from: 'dev', to: 'production', images: ['shop/pay:evil'], overwrite: true)";

    private String before;

    @BeforeEach
    void others() {
        shop.build("pay", "evil");
        before = shop.inProduction("pay");
    }

    private static void access(List<AccessConfiguration> access) {
        ReleaseTrainConfiguration configuration = ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class);
        List<RegistryConfiguration> registries = configuration.getRegistries();
        registries.forEach(r -> r.setAccess(access));
        configuration.setRegistries(registries);
        List<EnvironmentConfiguration> environments = configuration.getEnvironments();
        environments.forEach(e -> e.setAccess(access));
        configuration.setEnvironments(environments);
        List<TrainConfiguration> trains = configuration.getTrains();
        trains.forEach(t -> t.setAccess(access));
        configuration.setTrains(trains);
    }

    private static AccessConfiguration rule(String jobs, String services, boolean promote) {
        AccessConfiguration rule = new AccessConfiguration(jobs);
        rule.setServices(services);
        rule.setPromote(promote);
        return rule;
    }

    private void refused(String script, String because) throws Exception {
        WorkflowRun build = jenkins.buildAndAssertStatus(
                Result.FAILURE, Shop.job(jenkins, "mine-" + Math.abs(script.hashCode() + because.hashCode()), script));
        jenkins.assertLogContains(because, build);
        jenkins.assertLogNotContains("\tat ", build);
        assertThat(shop.inProduction("pay")).isEqualTo(before);
        assertThat(shop.production.tags("shop/pay")).isEmpty();
    }

    @Test
    void whereNobodyIsNamedNobodyMay() throws Exception {
        access(List.of());
        refused(TRAIN, "Nobody may ride train 'shop' yet");
        refused(LANE, "Nobody may run lanes in environment 'cd' yet");
        refused(PROMOTE, "Nobody may promote to registry 'production' yet");
        refused("microReleaseLanes(environment: 'cd', candidates: [pay: 'evil'])", "Manage Jenkins » Release Train");
        refused("monoRelease(train: 'shop', snapshot: 'registry', snapshotTag: 'evil') { }", "Nobody may");
    }

    @Test
    void jobsOfOthersAndServicesOfOthersAreRefused() throws Exception {
        access(List.of(rule("pay", "*", true), rule("**", "cart, shop/cart", true)));
        refused(TRAIN, "may not ride train 'shop' with 'pay'");
        refused(LANE, "may not run lanes in environment 'cd' with 'pay'");
        refused(PROMOTE, "may not promote to registry 'production' with 'shop/pay'");
    }

    @Test
    void whoMayTestOnlyIsNotPromoted() throws Exception {
        access(List.of(rule("**", "*", false)));
        refused(TRAIN, "for tests only");
        refused(LANE, "for tests only");
        refused(PROMOTE, "for tests only");
        jenkins.buildAndAssertSuccess(Shop.job(
                jenkins, "test", "monoRelease(train: 'shop', service: 'pay', image: 'evil', promote: false) { }"));
        assertThat(shop.inProduction("pay")).isEqualTo(before);
    }

    @Test
    void aPriorityHasBounds() throws Exception {
        refused(
                "monoRelease(train: 'shop', service: 'pay', image: 'evil', priority: 100000) { }",
                "priority is 100000, but must be between -100 and 100");
    }

    @Test
    void buildsThatRunAsSomebodyNeedThatUsersRights() throws Exception {
        secure();
        WorkflowJob job = Shop.job(jenkins, "pay", TRAIN);
        QueueItemAuthenticatorConfiguration.get()
                .getAuthenticators()
                .add(new MockQueueItemAuthenticator()
                        .authenticate("pay", User.getById("rider", true).impersonate2()));

        WorkflowRun build = jenkins.buildAndAssertStatus(Result.FAILURE, job);

        jenkins.assertLogContains("runs as 'rider', who lacks the permission Release/Promote", build);
        assertThat(shop.inProduction("pay")).isEqualTo(before);
    }

    /** S2: its pipeline is its author's, who may not write to the branch that releases. */
    @Test
    void S2_aChangeRequestIsNotPromotedAndAStrangersDoesNotEvenRide() throws Exception {
        String tests = "monoRelease(train: 'shop', service: 'pay', image: 'evil', promote: false) { }";
        int number = 0;
        for (String script : List.of(TRAIN, LANE, PROMOTE)) {
            WorkflowRun build = jenkins.buildAndAssertStatus(
                    Result.FAILURE, Shop.job(jenkins, ScriptedScm.CHANGE_REQUEST + number++, script));
            jenkins.assertLogContains("builds a change request, so it may not", build);
        }
        for (String script : List.of(TRAIN, LANE, PROMOTE, tests)) {
            WorkflowRun build = jenkins.buildAndAssertStatus(
                    Result.FAILURE, Shop.job(jenkins, ScriptedScm.FORK + number++, script));
            jenkins.assertLogContains("builds a change request from another repository", build);
        }
        jenkins.buildAndAssertSuccess(Shop.job(jenkins, ScriptedScm.CHANGE_REQUEST + number, tests));
        assertThat(shop.inProduction("pay")).isEqualTo(before);
        assertThat(shop.production.tags("shop/pay")).isEmpty();
    }

    /** S7: no step does anything for a user who has none of the permissions, also where every job may; Overall/Read reads. */
    @Test
    void S7_I10_aUserWithoutAnyReleasePermissionIsRefusedByEveryStep() throws Exception {
        jenkins.createSlave("agent", "agent", null);
        Map<String, String> steps = new LinkedHashMap<>();
        steps.put(TRAIN, "Release/Run");
        steps.put("monoRelease(train: 'shop', service: 'pay', image: 'evil', promote: false) { }", "Release/Run");
        steps.put("monoRelease(train: 'shop', snapshot: 'registry', snapshotTag: 'evil') { }", "Release/Run");
        steps.put(LANE, "Release/Run");
        steps.put("echo microReleaseLanes(environment: 'cd', candidates: [pay: 'evil']).toString()", "Release/Run");
        steps.put("trackImage(service: 'pay', image: 'shop/pay:evil')", "Release/Run");
        steps.put(
                "node('agent') { writeFile file: 'a.yaml', text: 'openapi: 3.0.0'; trackImage(service: 'pay',"
                        + " image: 'shop/pay:evil', contracts: [openapi: 'a.yaml']) }",
                "Release/Run");
        steps.put("node('agent') { contractGate(service: 'pay', image: 'evil') { } }", "Release/Run");
        steps.put("cdEnvironment(name: 'cd') { }", "Release/Run");
        steps.put(PROMOTE, "Release/Run");
        for (String action : List.of(
                "pause",
                "resume",
                "takeOff",
                "goFirst",
                "testAgain",
                "depart",
                "hold",
                "free",
                "waive",
                "rollBack",
                "markBad",
                "unblock",
                "note")) {
            steps.put(act(action), "Release/");
        }
        secure();
        QueueItemAuthenticatorConfiguration.get().getAuthenticators().add(new EverybodyIs("dev"));

        SoftAssertions all = new SoftAssertions();
        for (Map.Entry<String, String> step : steps.entrySet()) {
            WorkflowRun build = jenkins.waitForCompletion(Shop.start(
                    Shop.job(jenkins, "mine-" + Math.abs(step.getKey().hashCode()), step.getKey())));
            String log = JenkinsRule.getLog(build);
            all.assertThat(build.getResult()).as(log).isEqualTo(Result.FAILURE);
            all.assertThat(log).as(step.getKey()).contains("'dev', who lacks the permission " + step.getValue());
            all.assertThat(log).as(step.getKey()).doesNotContain("\tat ");
        }
        all.assertAll();
        assertThat(shop.inProduction("pay")).isEqualTo(before);
        assertThat(shop.production.tags("shop/pay")).isEmpty();
        assertThat(ReleaseService.get().store().events("train/shop", 0, 10)).isEmpty();
    }

    private static String act(String action) {
        return "releaseAction(train: 'shop', action: '" + action + "', subject: 'shop-1', reason: 'because')";
    }

    /** As where builds run as whoever started them. */
    private static final class EverybodyIs extends QueueItemAuthenticator {
        private final String user;

        EverybodyIs(String user) {
            this.user = user;
        }

        @Override
        public Authentication authenticate2(Queue.Task task) {
            return User.getById(user, true).impersonate2();
        }
    }

    /** What is asked when it boards is asked again when it ships (I10). */
    @Test
    void I10_aJobThatMayNoMoreByTheTimeItShipsIsNotPromoted() throws Exception {
        WorkflowRun train = Shop.start(Shop.job(
                jenkins, "train", "monoRelease(train: 'shop', service: 'pay', image: 'evil') { gate 'train' }"));
        WorkflowRun lane = Shop.start(Shop.job(
                jenkins, "lane", "microRelease(environment: 'cd', candidates: [pay: 'evil']) { gate 'lane' }"));
        GateStep.awaitWaiting("train");
        GateStep.awaitWaiting("lane");
        access(List.of(rule("others", "*", true), rule("**", "cart", true), rule("**", "pay", false)));
        GateStep.open("train");
        GateStep.open("lane");

        for (WorkflowRun build : List.of(train, lane)) {
            jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(build));
            jenkins.assertLogContains("not allowed any more by the time it was to ship", build);
            jenkins.assertLogContains("for tests only", build);
        }
        assertThat(shop.inProduction("pay")).isEqualTo(before);
        assertThat(shop.production.tags("shop/pay")).isEmpty();
    }

    @Test
    void I10_aUserWhoMayNoMoreByTheTimeItShipsPromotesNothing() throws Exception {
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, Item.READ, Item.BUILD, ReleasePermissions.RUN, ReleasePermissions.PROMOTE)
                .everywhere()
                .to("rider"));
        QueueItemAuthenticatorConfiguration.get()
                .getAuthenticators()
                .add(new MockQueueItemAuthenticator()
                        .authenticate("train", User.getById("rider", true).impersonate2()));
        WorkflowRun train = Shop.start(Shop.job(
                jenkins, "train", "monoRelease(train: 'shop', service: 'pay', image: 'evil') { gate 'train' }"));
        GateStep.awaitWaiting("train");
        secure();
        GateStep.open("train");

        jenkins.assertBuildStatus(Result.ABORTED, jenkins.waitForCompletion(train));
        jenkins.assertLogContains("runs as 'rider', who lacks the permission Release/Promote", train);
        assertThat(shop.inProduction("pay")).isEqualTo(before);
    }

    private void secure() {
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, Item.READ, Item.BUILD, Item.CONFIGURE, Computer.BUILD)
                .everywhere()
                .to("dev")
                .grant(Jenkins.READ, Item.READ, Item.BUILD, ReleasePermissions.RUN)
                .everywhere()
                .to("rider"));
    }

    @Test
    void aReplayMayWhatThePersonMayWhoDidIt() throws Exception {
        WorkflowJob job = Shop.job(jenkins, "pay", "echo 'harmless'");
        WorkflowRun first = jenkins.buildAndAssertSuccess(job);
        secure();

        WorkflowRun replayed;
        try (ACLContext ignored = ACL.as2(User.getById("dev", true).impersonate2())) {
            replayed = (WorkflowRun)
                    first.getAction(ReplayAction.class).run(TRAIN, Map.of()).get();
        }

        jenkins.assertBuildStatus(Result.FAILURE, replayed);
        jenkins.assertLogContains("was replayed by 'dev', who lacks the permission Release/Run", replayed);
        assertThat(shop.inProduction("pay")).isEqualTo(before);
    }

    /** The script of a replay is that of its restarts. */
    @Test
    void aReplayThatIsRestartedFromAStageMayWhatThePersonMayWhoEditedIt() throws Exception {
        String pipeline = "pipeline { agent none; stages { stage('Release') { steps { %s } } } }";
        WorkflowJob job = Shop.job(jenkins, "pay", pipeline.formatted("echo 'harmless'"));
        WorkflowRun first = jenkins.buildAndAssertSuccess(job);
        secure();
        WorkflowRun replayed;
        try (ACLContext ignored = ACL.as2(User.getById("dev", true).impersonate2())) {
            replayed = (WorkflowRun) first.getAction(ReplayAction.class)
                    .run(pipeline.formatted(TRAIN), Map.of())
                    .get();
        }
        jenkins.assertBuildStatus(Result.FAILURE, replayed);

        WorkflowRun restarted = (WorkflowRun) replayed.getAction(RestartDeclarativePipelineAction.class)
                .run("Release")
                .getFuture()
                .get();

        jenkins.assertBuildStatus(Result.FAILURE, restarted);
        jenkins.assertLogContains("was replayed by 'dev', who lacks the permission Release/Run", restarted);
        assertThat(shop.inProduction("pay")).isEqualTo(before);
    }

    @Test
    void J_anybody_promotes_aJobThatIsRenamedOrMovedIntoAnOwnersPatternMayNoMoreThanBefore() throws Exception {
        access(List.of(rule("pay-*, owners", "*", true)));
        secure();
        WorkflowJob renamed = Shop.job(jenkins, "mine", TRAIN);
        Folder folder = jenkins.createProject(Folder.class, "my-folder");
        WorkflowJob within = folder.createProject(WorkflowJob.class, "job");
        within.setDefinition(new CpsFlowDefinition(TRAIN, true));
        try (ACLContext ignored = ACL.as2(User.getById("dev", true).impersonate2())) {
            renamed.renameTo("pay-release");
            folder.renameTo("owners");
        }

        jenkins.assertLogContains(
                "Job 'pay-release' was 'mine' until 'dev' renamed or moved it",
                jenkins.buildAndAssertStatus(Result.FAILURE, renamed));
        jenkins.assertLogContains(
                "Job 'owners/job' was 'my-folder/job' until 'dev' renamed or moved it",
                jenkins.buildAndAssertStatus(Result.FAILURE, within));
        assertThat(shop.inProduction("pay")).isEqualTo(before);

        renamed.renameTo("pay-1");
        jenkins.buildAndAssertSuccess(renamed);
        assertThat(shop.inProduction("pay")).isNotEqualTo(before);
    }
}
