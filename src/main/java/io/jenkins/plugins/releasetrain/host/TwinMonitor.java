package io.jenkins.plugins.releasetrain.host;

import hudson.Extension;
import hudson.model.AdministrativeMonitor;
import io.jenkins.plugins.releasetrain.labels.Labels;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Tells administrators that this controller stays quiet beside a copy of itself. */
@Extension
@Restricted(NoExternalUse.class)
public final class TwinMonitor extends AdministrativeMonitor {
    @Override
    public String getDisplayName() {
        return Labels.of("twin");
    }

    @Override
    public boolean isActivated() {
        return !getTrouble().isEmpty();
    }

    /** In words; empty where there is none. */
    public String getTrouble() {
        return ReleaseService.get().controller().twinTrouble();
    }
}
