package io.jenkins.plugins.releasetrain.host;

import hudson.ExtensionList;
import hudson.model.Run;
import io.jenkins.plugins.releasetrain.engine.model.TestReport;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Level;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.steps.StepContext;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Looks now and then at what the bodies of running trials recorded of their tests, and holds no thread in between. */
@Restricted(NoExternalUse.class)
public final class RunningTests {
    private static final Duration AGAIN = Duration.ofSeconds(3);
    private static final Duration LONGEST = Duration.ofSeconds(2);
    private static final int HANGING = 8;

    private final Controller controller;
    private final Live live;
    private final Patience patience;
    private final Map<String, Watch> watches = new ConcurrentHashMap<>();

    private static final class Watch {
        private int seen;
    }

    RunningTests(Controller controller, Live live) {
        this.controller = controller;
        this.live = live;
        this.patience = new Patience(controller.threads(), LONGEST, HANGING);
    }

    /**
     * Whose body judged, with what it recorded of its tests; whatever cannot be read within two seconds is left out (I11).
     *
     * @param block id of the body's first node
     */
    public Optional<TestReport> report(StepContext step, String block) {
        return patience.ask("whose body judged", () -> links(step.get(Run.class), block))
                .map(report -> patience.ask("what a body recorded of its tests", () -> counted(step, report))
                        .orElse(report));
    }

    /** What is only told of tests; empty where that fails, or takes more than two seconds (I11). */
    public <T> Optional<T> ask(Callable<T> question) {
        return patience.ask("what is known of tests", question);
    }

    private TestReport links(Run<?, ?> build, String block) {
        String url = controller.address(build.getUrl());
        String page = controller
                .nodePage(build)
                .map(p -> p + "?selected-node=" + block)
                .orElse("console");
        return new TestReport(build.getExternalizableId(), url, url + page, "", block, 0, 0, 0, List.of(), 0);
    }

    private static TestReport counted(StepContext step, TestReport report) throws IOException, InterruptedException {
        TestRecords.Block block =
                new TestRecords.Block(step.get(Run.class), step.get(FlowExecution.class), report.block());
        String tests = "";
        TestReport.Counted counted = TestReport.Counted.NONE;
        for (TestRecords of : ExtensionList.lookup(TestRecords.class)) {
            TestReport.Counted more = of.within(block);
            counted = counted.plus(more);
            tests = more.total() > 0 ? of.page() : tests;
        }
        return report.with(counted, tests);
    }

    /**
     * Follows a trial until it is forgotten; one that is followed already stays so.
     *
     * @param step whose body runs the tests
     * @param block id of the body's first node
     */
    public void follow(String trial, StepContext step, String block) {
        if (ExtensionList.lookup(TestRecords.class).isEmpty()) {
            return;
        }
        Watch watch = new Watch();
        if (watches.putIfAbsent(trial, watch) == null) {
            new Loop(controller, () -> look(trial, watch, step, block)).wake();
        }
    }

    public void forget(String trial) {
        watches.remove(trial);
    }

    private Optional<Duration> look(String trial, Watch watch, StepContext step, String block) {
        try {
            Run<?, ?> build = step.get(Run.class);
            if (!build.isBuilding()) {
                // Killed the hard way, so that nobody said that its tests are over.
                watches.remove(trial, watch);
                return Optional.empty();
            }
            List<TestRecords> records = ExtensionList.lookup(TestRecords.class);
            int total = records.stream().mapToInt(r -> r.total(build)).sum();
            if (total != watch.seen) {
                count(trial, records, new TestRecords.Block(build, step.get(FlowExecution.class), block));
                watch.seen = total;
            }
        } catch (IOException | RuntimeException e) {
            // It is for people to look at, so that the trial goes on without.
            ReleaseService.LOGGER.log(Level.FINE, e, () -> "The tests of trial " + trial + " cannot be counted");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return watches.get(trial) == watch ? Optional.of(AGAIN) : Optional.empty();
    }

    private void count(String trial, List<TestRecords> records, TestRecords.Block block) throws IOException {
        TestReport.Counted counts = TestReport.Counted.NONE;
        for (TestRecords of : records) {
            counts = counts.plus(of.within(block));
        }
        if (counts.total() > 0) {
            live.tested(trial, counts.passed(), counts.failed(), counts.skipped());
        }
    }
}
