package io.jenkins.plugins.releasetrain.host;

import hudson.model.Run;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Port: who asks, and what those may see who look at builds and at their logs. */
@Restricted(NoExternalUse.class)
public interface Builds {
    /** Who asks, unique for a step of a build, so that after a crash its change is found again. */
    Origin origin(Run<?, ?> build, String step);

    /** Whether everybody who is signed in may read the job, so that it may be told where it is not known who reads it. */
    boolean isForEverybody(String job);

    /** Whether the current user may see releases. */
    boolean maySee();

    /** @throws org.springframework.security.access.AccessDeniedException where the current user may not see releases */
    void checkMaySee();

    /** A sentence without the builds that the current user may not see. */
    String seen(String text);
}
