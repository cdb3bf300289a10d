package io.jenkins.plugins.releasetrain.host;

import hudson.Extension;
import hudson.model.Run;
import java.util.Optional;
import org.jenkinsci.plugins.pipeline.modeldefinition.causes.RestartDeclarativePipelineCause;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Of declarative pipelines, which need not be installed: only Jenkins loads this class, and only where they are. */
@Extension(optional = true)
@Restricted(NoExternalUse.class)
public final class RestartedStages implements Repetition {
    @Override
    public Optional<Integer> of(Run<?, ?> build) {
        return Optional.ofNullable(build.getCause(RestartDeclarativePipelineCause.class))
                .map(RestartDeclarativePipelineCause::getOriginRunNumber);
    }
}
