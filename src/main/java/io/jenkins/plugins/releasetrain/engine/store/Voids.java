package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.event.Event;

/** Why a trial had no verdict, by what its event tells and not by its words: pure. */
final class Voids {
    private Voids() {}

    /** @param installed whether all of it had come into the environment */
    static Metric why(Event.TrialEnded ended, boolean installed) {
        if (ended.byConductor()) {
            return Metric.VOID_BUILD;
        } else if (ended.keptOut().isPresent()) {
            return Metric.VOID_KEPT_OUT;
        }
        return installed ? Metric.VOID_TESTS : Metric.VOID_INSTALLATION;
    }

    static Metric why(Event.LaneTested tested) {
        if (tested.fault().isPresent()) {
            return Metric.VOID_INSTALLATION;
        }
        return tested.drift().isEmpty() ? Metric.VOID_TESTS : Metric.VOID_CHANGED;
    }
}
