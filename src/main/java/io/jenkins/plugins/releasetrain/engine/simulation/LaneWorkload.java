package io.jenkins.plugins.releasetrain.engine.simulation;

/**
 * What is simulated of lanes.
 *
 * @param services in the catalog, of which any is as likely to change as any other
 * @param connected services that count for each
 * @param arrivalsPerHour Poisson rate of changes
 * @param late share of them that come after a newer build of their service was begun
 * @param failure chance that a change is bad: its tests fail, and those of what it is connected to while it is there
 * @param flake chance that good tests fail
 * @param testMinutes length of a run, installation included
 * @param worksHours how long the environment works on average before it breaks; 0: it never does
 * @param brokenHours how long it is broken then; whatever overlaps that fails
 */
public record LaneWorkload(
        int services,
        int connected,
        double arrivalsPerHour,
        double late,
        double failure,
        double flake,
        double testMinutes,
        double worksHours,
        double brokenHours,
        double days,
        long seed) {
    double end() {
        return days * 24 * 60;
    }
}
