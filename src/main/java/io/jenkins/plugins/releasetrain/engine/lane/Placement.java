package io.jenkins.plugins.releasetrain.engine.lane;

import io.jenkins.plugins.releasetrain.engine.environment.Installer.Installation;
import io.jenkins.plugins.releasetrain.engine.environment.Installer.Judged;
import io.jenkins.plugins.releasetrain.engine.lane.LaneState.Lane;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/** How a lane's candidates come into the environment and leave it again (design §6, Isolation). All of it idempotent. */
sealed interface Placement permits InPlace, SideBySide {
    Isolation isolation();

    /** Services that no two lanes may hold at the same time: those that others see changed. */
    Set<String> claims(Lane lane);

    /** Before an attempt begins: what lanes that are over left behind is removed. */
    void sweep();

    /** Puts the candidates in and proves that pods run their digests. */
    Installation install(Lane lane) throws InterruptedException;

    /** What the tests' verdict is worth, by what runs at their end. */
    Judged judge(Lane lane, Judged tests);

    /** Host names of the candidates' own, by service; empty where they are reached as the services are. */
    SortedMap<String, String> hosts(Lane lane);

    /**
     * What is left to do for an attempt that is over: its candidates go out or, released, come into the baseline.
     *
     * @param holder of a place in the environment that claims {@link Obligation#services}, with this token
     * @return what is not as it should be yet; empty: done
     */
    Optional<String> settle(Obligation obligation, String holder, long token) throws InterruptedException;
}
