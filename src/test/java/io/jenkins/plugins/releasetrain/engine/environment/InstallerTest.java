package io.jenkins.plugins.releasetrain.engine.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jenkins.plugins.releasetrain.engine.cluster.Refusal;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Installation;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Judged;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Subject;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeCluster;
import io.jenkins.plugins.releasetrain.engine.lock.EnvironmentLock;
import io.jenkins.plugins.releasetrain.engine.lock.InMemoryLock;
import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InstallerTest {
    private static final Judged FAILED = new Judged(Verdict.FAILED, "2 tests failed");
    private static final Judged PASSED = new Judged(Verdict.PASSED, "");

    private final FakeCluster cluster = new FakeCluster();
    private final ManualClock clock = new ManualClock();
    private final EnvironmentLock lock = new InMemoryLock(clock);
    private final Environment environment =
            new Environment("staging", "staging", "", cluster, lock, Duration.ofMinutes(10), Duration.ofMinutes(5));
    private final Installer installer = new Installer(environment);
    private long token;

    @BeforeEach
    void holdTheLockAndInstallTheBaseline() throws Exception {
        EnvironmentLock.Answer answer = lock.request(new EnvironmentLock.Request(
                "trial", "shop", EnvironmentLock.Mode.EXCLUSIVE, Set.of(), Duration.ofMinutes(5)));
        token = ((EnvironmentLock.Answer.Granted) answer).token();
        assertThat(installer.install(subject(Map.of())).problem()).isEmpty();
    }

    private static Service service(String name) {
        return new Service(
                name,
                "shop/" + name,
                "shop/" + name,
                "production",
                new Workload(Workload.Kind.DEPLOYMENT, name, ""),
                name,
                new TreeSet<>());
    }

    private static ImageReference image(String name, String version) {
        return ImageReference.of("prod.example", "shop/" + name, digest(name, version));
    }

    private static Digest digest(String name, String version) {
        return Digest.sha256(name + version);
    }

    /** cart, pay and mail, each at version 1 but these. */
    private Subject subject(Map<String, String> changed) {
        Map<Service, ImageReference> images = new HashMap<>();
        List.of("cart", "pay", "mail").forEach(n -> images.put(service(n), image(n, changed.getOrDefault(n, "1"))));
        return new Subject(images, changed.keySet(), "trial", token);
    }

    private Subject installed(Map<String, String> changed) throws InterruptedException {
        Subject subject = subject(changed);
        assertThat(installer.install(subject).problem()).isEmpty();
        return subject;
    }

    @Test
    void K8_1_aCandidateThatFallsOverUnderTestHasFailed() throws Exception {
        Subject subject = installed(Map.of("cart", "2", "pay", "2"));
        cluster.fallsOver("cart", Fault.UNKNOWN);
        Judged judged = installer.judge(subject, FAILED);
        assertThat(judged.verdict()).isEqualTo(Verdict.FAILED);
        assertThat(judged.reason()).contains("2 tests failed", "[cart] did not run any more");
        assertThat(judged.reason()).doesNotContain("other images");
        cluster.fallsOver("cart", Fault.IMAGE);
        assertThat(installer.judge(subject, FAILED).verdict()).isEqualTo(Verdict.FAILED);
    }

    @Test
    void I4_aCandidateThatItsNodeTookAwayHasNotFailed() throws Exception {
        Subject subject = installed(Map.of("cart", "2"));
        cluster.fallsOver("cart", Fault.ENVIRONMENT);
        assertThat(installer.judge(subject, FAILED).verdict()).isEqualTo(Verdict.VOID);
    }

    /** It was pulled when it was installed; its new node's registry, or mirror, does not have it or does not say why. */
    @ParameterizedTest
    @EnumSource(Fault.class)
    void I4_aCandidateThatAnotherNodeCannotPullHasNotFailed(Fault fault) throws Exception {
        Subject subject = installed(Map.of("cart", "2"));
        cluster.isMoved("cart", fault);
        assertThat(installer.judge(subject, FAILED).verdict()).isEqualTo(Verdict.VOID);
        assertThat(installer.judge(subject, PASSED).verdict()).isEqualTo(Verdict.VOID);
    }

    @Test
    void B37_aCandidateThatPassedGetsTimeToComeBack() throws Exception {
        Subject subject = installed(Map.of("cart", "2"));
        cluster.fallsOver("cart", Fault.UNKNOWN);
        cluster.duringRollouts(() -> cluster.comesBack("cart"));
        assertThat(installer.judge(subject, PASSED)).isEqualTo(PASSED);
    }

    @Test
    void I1_aCandidateThatPassedAndDoesNotComeBackIsNotReleased() throws Exception {
        Subject subject = installed(Map.of("cart", "2"));
        cluster.fallsOver("cart", Fault.UNKNOWN);
        assertThat(installer.judge(subject, PASSED).verdict()).isEqualTo(Verdict.VOID);
        cluster.fallsOver("cart", Fault.IMAGE);
        assertThat(installer.judge(subject, PASSED).verdict()).isEqualTo(Verdict.FAILED);
    }

    @Test
    void I3_anotherDigestAnywhereVoidsTheVerdictAndSaysWhere() throws Exception {
        Subject subject = installed(Map.of("cart", "2"));
        cluster.meddle("mail", image("mail", "9"));
        Judged judged = installer.judge(subject, PASSED);
        assertThat(judged.verdict()).isEqualTo(Verdict.VOID);
        assertThat(judged.reason()).contains("other images ran", "mail asks for");
        assertThat(installer.judge(subject, FAILED))
                .as("DOC-1: why the tests failed is told besides")
                .satisfies(failed -> assertThat(failed.verdict()).isEqualTo(Verdict.VOID))
                .satisfies(failed ->
                        assertThat(failed.reason()).startsWith(FAILED.reason()).contains("other images ran"));
    }

    @Test
    void B8_K8_2_theReadinessOfOthersIsToldAndNeverJudged() throws Exception {
        cluster.fallsOver("pay", Fault.UNKNOWN);
        cluster.isNotExpected("mail", "has no replicas");
        cluster.cannotReplacePods(Optional::empty);
        Installation installation = installer.install(subject(Map.of("cart", "2")));
        assertThat(installation.problem()).isEmpty();
        assertThat(installation.notes()).anyMatch(n -> n.contains("mail has no replicas"));
        cluster.fallsOver("pay", Fault.UNKNOWN);
        assertThat(installer.judge(subject(Map.of("cart", "2")), PASSED)).isEqualTo(PASSED);
        assertThat(installer.judge(subject(Map.of("cart", "2")), FAILED)).isEqualTo(FAILED);
    }

    @Test
    void K8_2_aCandidateThatCannotBeShownIsRefusedBeforeAnythingIsChanged() throws Exception {
        cluster.isNotExpected("cart", "has no replicas");
        int before = cluster.installations().size();
        Installation installation = installer.install(subject(Map.of("cart", "2")));
        assertThat(installation.problem()).hasValueSatisfying(p -> {
            assertThat(p.fault()).isEqualTo(Fault.ENVIRONMENT);
            assertThat(p.text()).contains("cart", "has no replicas");
        });
        assertThat(cluster.installations()).hasSize(before);
    }

    @Test
    void B4_anOutageIsTheEnvironmentsFaultAndABadImageItsOwn() throws Exception {
        cluster.cannotReplacePods(() -> Optional.of("429 Too Many Requests"));
        assertThat(installer
                        .install(subject(Map.of("cart", "2")))
                        .problem()
                        .orElseThrow()
                        .fault())
                .isEqualTo(Fault.ENVIRONMENT);
        cluster.cannotReplacePods(Optional::empty);
        cluster.cannotStart(digest("cart", "3"));
        assertThat(installer
                        .install(subject(Map.of("cart", "3")))
                        .problem()
                        .orElseThrow()
                        .fault())
                .isEqualTo(Fault.IMAGE);
    }

    private Installer.Problem problemInPlaceOfTheBaseline(Map<String, String> changed) throws InterruptedException {
        Map<Service, ImageReference> before = new HashMap<>();
        changed.keySet().forEach(name -> before.put(service(name), image(name, "1")));
        return installer.install(subject(changed).inPlaceOf(before)).problem().orElseThrow();
    }

    /** A secret that was rotated, a database that is away: what runs does not mind, and nothing can be started. */
    @Test
    void I4_K8_4_whereNothingStartsTheImageIsNotBlamed() throws Exception {
        cluster.nothingStarts(() -> true);
        Installer.Problem problem = problemInPlaceOfTheBaseline(Map.of("cart", "2", "pay", "2"));
        assertThat(problem.fault()).isEqualTo(Fault.ENVIRONMENT);
        assertThat(problem.services()).hasSize(1);
        assertThat(problem.text())
                .contains("cannot start", "CrashLoopBackOff", "what was there before does not start there now either");
    }

    @Test
    void I4_whatCannotStartWhereTheBaselineDoesIsBlamedAndTheBaselineIsBack() throws Exception {
        cluster.cannotStart(digest("cart", "2"));
        Installer.Problem problem = problemInPlaceOfTheBaseline(Map.of("cart", "2", "pay", "2"));
        assertThat(problem.fault()).isEqualTo(Fault.IMAGE);
        assertThat(problem.services()).contains("cart");
        assertThat(problem.text()).contains("cannot start", "; what was there before starts there");
        assertThat(cluster.running())
                .as("without the other candidate, which cart may need")
                .containsEntry("cart", digest("cart", "1"))
                .containsEntry("pay", digest("pay", "1"));
    }

    /** The usual minute of what was there before would not fit in. */
    @Test
    void I14_whereTheDeadlineIsShortAnImageThatCannotStartIsBlamedToo() throws Exception {
        Duration deadline = Duration.ofSeconds(20);
        Environment quick = new Environment("staging", "staging", "", cluster, lock, deadline, Duration.ofMinutes(5));
        cluster.cannotStart(digest("cart", "2"));
        Subject subject = subject(Map.of("cart", "2")).inPlaceOf(Map.of(service("cart"), image("cart", "1")));
        Installer.Problem problem =
                new Installer(quick).install(subject).problem().orElseThrow();
        assertThat(problem.fault()).isEqualTo(Fault.IMAGE);
    }

    /** A policy that lets in images of the production registry alone looks at pods. */
    @Test
    void I4_K8_5_whereAllImagesOfARegistryAreDeniedNoneIsBlamed() throws Exception {
        cluster.deniesPodsFrom("dev.example");
        Map<Service, ImageReference> images = new HashMap<>(subject(Map.of()).images());
        images.put(service("cart"), ImageReference.of("dev.example", "shop/cart", digest("cart", "2")));
        Subject subject = new Subject(images, Set.of("cart"), "trial", token)
                .inPlaceOf(Map.of(service("cart"), image("cart", "1")));
        Installer.Problem denied = installer.install(subject).problem().orElseThrow();
        assertThat(denied.fault()).isEqualTo(Fault.ENVIRONMENT);
        assertThat(denied.text()).contains("dev.example", "does not start there now either");
    }

    @Test
    void B9_aServiceThatIsNotChangedAndCannotStartBlamesNobody() throws Exception {
        cluster.cannotStart(digest("mail", "1"));
        cluster.meddle("mail", image("mail", "7"));
        Installation installation = installer.install(subject(Map.of("cart", "2")));
        assertThat(installation.problem()).hasValueSatisfying(p -> {
            assertThat(p.fault()).isEqualTo(Fault.ENVIRONMENT);
            assertThat(p.text()).contains("other images run", "mail");
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = Verdict.class,
            names = {"PASSED", "FAILED"})
    void whatLoadAsksForAndHasNoRoomChangesNoVerdict(Verdict verdict) throws Exception {
        Subject subject = installed(Map.of("cart", "2"));
        cluster.lacksRoom("cart");
        assertThat(installer.judge(subject, new Judged(verdict, "as it is")))
                .isEqualTo(new Judged(verdict, "as it is"));
    }

    @Test
    void K8_5_whatAdmissionRefusesIsToldWithItsServiceAndFault() throws Exception {
        cluster.denies(digest("cart", "2"), Fault.IMAGE, "cart has no signature");
        Installer.Problem problem =
                installer.install(subject(Map.of("cart", "2"))).problem().orElseThrow();
        assertThat(problem).isEqualTo(new Installer.Problem("cart has no signature", Fault.IMAGE, Set.of("cart")));
        cluster.meddle("mail", image("mail", "9"));
        cluster.denies(digest("mail", "1"), Fault.IMAGE, "mail has no signature");
        assertThatExceptionOfType(Refusal.class)
                .as("of the baseline, for which nobody is blamed")
                .isThrownBy(() -> installer.install(subject(Map.of("pay", "2"))));
    }
}
