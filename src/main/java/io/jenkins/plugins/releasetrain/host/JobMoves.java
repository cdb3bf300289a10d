package io.jenkins.plugins.releasetrain.host;

import hudson.Extension;
import hudson.model.Item;
import hudson.model.listeners.ItemListener;
import java.io.UncheckedIOException;
import java.util.logging.Level;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/** Notices jobs that are renamed or moved; Jenkins tells it of every job in a folder that is. */
@Extension
@Restricted(NoExternalUse.class)
public final class JobMoves extends ItemListener {
    @Override
    public void onCreated(Item item) {
        try {
            ReleaseService.get().controller().created(item.getFullName());
        } catch (UncheckedIOException e) {
            ReleaseService.LOGGER.log(
                    Level.WARNING, e, () -> item.getFullName() + " may be taken for a job of that name before it");
        }
    }

    @Override
    public void onCopied(Item source, Item item) {
        onCreated(item);
    }

    @Override
    public void onLocationChanged(Item item, String oldFullName, String newFullName) {
        try {
            ReleaseService.get().controller().moved(oldFullName, newFullName);
        } catch (UncheckedIOException e) {
            ReleaseService.LOGGER.log(
                    Level.WARNING,
                    e,
                    () -> "Builds of " + oldFullName + " may not be known as those of " + newFullName);
        }
    }
}
