package io.jenkins.plugins.releasetrain.config;

import hudson.model.ModelObject;
import java.util.List;

/**
 * A page with the tabs of all parts of the configuration. Its view is found by inheritance: the name of a class in a view is
 * looked up by a loader that does not know plugins.
 */
public abstract class TabbedPage implements ModelObject {
    public abstract List<KindPage.Tab> getTabs();
}
