package io.jenkins.plugins.releasetrain.host;

import hudson.Extension;
import hudson.model.Run;
import java.util.Optional;
import org.jenkinsci.plugins.workflow.cps.replay.ReplayCause;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Builds whose pipeline somebody ran again, edited or not. */
@Extension
@Restricted(NoExternalUse.class)
public final class Replays implements Repetition {
    @Override
    public Optional<Integer> of(Run<?, ?> build) {
        return Optional.ofNullable(build.getCause(ReplayCause.class)).map(ReplayCause::getOriginalNumber);
    }
}
