package io.jenkins.plugins.releasetrain.steps;

import hudson.model.Run;
import io.jenkins.plugins.releasetrain.engine.history.Answer;
import io.jenkins.plugins.releasetrain.engine.history.Reader;
import io.jenkins.plugins.releasetrain.engine.history.ReleaseInfo;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import io.jenkins.plugins.releasetrain.steps.ReleaseInfoStep.Question;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jenkinsci.plugins.workflow.flow.FlowExecution;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/** Asks the store, again and again where it is to wait, and holds neither thread nor executor in between. */
final class ReleaseInfoExecution extends HostedExecution {
    private static final long serialVersionUID = 1;
    private static final Duration AGAIN = Duration.ofSeconds(3);

    private final Question question;
    private final Instant until;
    private volatile boolean stopped;

    ReleaseInfoExecution(StepContext context, Question question) {
        super(context);
        this.question = question;
        this.until = host().clock().instant().plus(Duration.ofMinutes(question.minutes()));
    }

    @Override
    public boolean start() {
        host().execute(this::ask);
        return false;
    }

    @Override
    public void onResume() {
        host().execute(this::ask);
    }

    @Override
    public void stop(Throwable cause) throws Exception {
        stopped = true;
        super.stop(cause);
    }

    private void ask() {
        if (stopped) {
            return;
        }
        Map<String, Object> answer;
        try {
            answer = answer();
        } catch (EngineException e) {
            boolean mayWait =
                    question.minutes() == 0 || host().clock().instant().isBefore(until);
            if (!(mayWait && isLater(e, this::ask))) {
                Answering.fail(getContext(), "releaseInfo", e);
            }
            return;
        } catch (Throwable t) {
            Answering.fail(getContext(), "releaseInfo", t);
            return;
        }
        if (question.minutes() == 0 || ReleaseInfo.isOver(answer)) {
            Answering.by(getContext(), "releaseInfo", () -> answer);
        } else if (host().clock().instant().isBefore(until)) {
            host().later(this::ask, AGAIN);
        } else {
            Answering.fail(
                    getContext(),
                    "releaseInfo",
                    EngineException.invalid(question.kind() + " '" + question.name() + "' is " + answer.get("state")
                            + " after " + question.minutes() + " minutes"));
        }
    }

    /** With what everybody who is signed in may see of other jobs, as in logs. */
    private Map<String, Object> answer() throws Exception {
        FlowExecution flow = getContext().get(FlowExecution.class);
        host().riders().check(flow.getAuthentication2(), ReleasePermissions.VIEW);
        Run<?, ?> build = getContext().get(Run.class);
        String page = origin().page();
        String root = page.endsWith(build.getUrl())
                ? page.substring(0, page.length() - build.getUrl().length())
                : "";
        Reader reader = new Reader(job -> host().builds().isForEverybody(job));
        Answer answer = new ReleaseInfo(
                        host().history(), reader, host().riders().trains(), root + "release-trains/")
                .of(question.kind(), question.name());
        return PlainAnswers.map(answer);
    }
}
