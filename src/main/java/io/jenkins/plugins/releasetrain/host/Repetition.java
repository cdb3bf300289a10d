package io.jenkins.plugins.releasetrain.host;

import hudson.ExtensionPoint;
import hudson.model.Run;
import java.util.Optional;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** A way to do a build again, with what that build had; one for each plugin that has such a way. */
@Restricted(NoExternalUse.class)
public interface Repetition extends ExtensionPoint {
    /** Number of the same job's build that this one does again; empty where it does none again in this way. */
    Optional<Integer> of(Run<?, ?> build);
}
