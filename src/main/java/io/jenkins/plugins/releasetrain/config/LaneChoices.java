package io.jenkins.plugins.releasetrain.config;

import hudson.util.ListBoxModel;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;

/** What the form offers for the lanes of an environment. */
final class LaneChoices {
    private LaneChoices() {}

    static ListBoxModel onDrift() {
        ListBoxModel items = new ListBoxModel();
        items.add(
                "Test again what the catalog declares; accept where it declares nothing",
                LaneSettings.OnDrift.AUTO.name());
        items.add("Test again", LaneSettings.OnDrift.RERUN.name());
        items.add("Accept the verdict", LaneSettings.OnDrift.ACCEPT.name());
        items.add("Fail the lane", LaneSettings.OnDrift.FAIL.name());
        return items;
    }

    static ListBoxModel isolation() {
        ListBoxModel items = new ListBoxModel();
        items.add("In the place of the baseline", Isolation.REPLACE.name());
        items.add("Side by side", Isolation.SIDE_BY_SIDE.name());
        items.add("Side by side, routed by header", Isolation.HEADER.name());
        return items;
    }
}
