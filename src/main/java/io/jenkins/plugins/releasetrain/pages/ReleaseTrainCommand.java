package io.jenkins.plugins.releasetrain.pages;

import hudson.Extension;
import hudson.cli.CLICommand;
import io.jenkins.plugins.releasetrain.engine.history.Answer;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import io.jenkins.plugins.releasetrain.labels.Labels;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.args4j.Argument;

/** {@code jenkins-cli release-train …}: what the pages show and do, by the same API and with the same rights. */
@Extension
@Restricted(NoExternalUse.class)
public final class ReleaseTrainCommand extends CLICommand {
    private static final int WELL = 200;
    private static final int ILLEGAL_ARGUMENT = 3;
    private static final int ILLEGAL_STATE = 4;
    private static final int ABORTED = 5;
    private static final int NO_PERMISSION = 6;

    /** What is wanted. */
    @Argument(metaVar = "WORDS", required = true, usage = CliRequest.USAGE)
    public List<String> words = new ArrayList<>();

    @Override
    public String getName() {
        return "release-train";
    }

    @Override
    public String getShortDescription() {
        return Labels.of("cli");
    }

    @Override
    protected int run() {
        ReleaseService.get().controller().check(ReleasePermissions.VIEW);
        Answer answer;
        try {
            answer = answer(CliRequest.of(words));
        } catch (EngineException e) {
            stderr.println(e.getMessage());
            return e.kind() == FailureKind.INVALID_INPUT ? ILLEGAL_ARGUMENT : ABORTED;
        }
        String body = new String(answer.body(), StandardCharsets.UTF_8);
        if (answer.status() == WELL) {
            stdout.println(body);
            return 0;
        }
        stderr.println(body);
        return exit(answer.status());
    }

    private static Answer answer(CliRequest request) {
        if (request instanceof CliRequest.Get get) {
            return TrainsAction.read(get.path(), get.query(), "");
        }
        CliRequest.Act act = (CliRequest.Act) request;
        Answer answer = act.plan()
                ? TrainsAction.operations().plan(act::asked, TrainsAction.caller())
                : TrainsAction.operations().perform(act::asked, TrainsAction.caller());
        return ReleaseService.get().controller().reader().see(answer, false, "");
    }

    /** As Jenkins' own commands end. */
    static int exit(int status) {
        return switch (status) {
            case 403 -> NO_PERMISSION;
            case 409 -> ILLEGAL_STATE;
            case 400, 404 -> ILLEGAL_ARGUMENT;
            default -> ABORTED;
        };
    }
}
