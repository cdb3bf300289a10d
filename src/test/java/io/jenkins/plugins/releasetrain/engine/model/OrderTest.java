package io.jenkins.plugins.releasetrain.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OrderTest {
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

    private static Order order(String build, int seconds) {
        return Order.of(new Origin(build, "", ""), T0.plusSeconds(seconds));
    }

    @Test
    void I13_ofOneJobTheHigherNumberIsTheNewerWheneverItArrives() {
        assertThat(order("shop/cart#9", 60).isOlderThan(order("shop/cart#10", 0)))
                .isTrue();
        assertThat(order("shop/cart#10", 0).isOlderThan(order("shop/cart#9", 60)))
                .isFalse();
    }

    private static Order began(String build, int began, int queued) {
        return Order.of(
                new Origin(build, "", "", Optional.empty(), Optional.empty(), Optional.of(T0.plusSeconds(began))),
                T0.plusSeconds(queued));
    }

    /** As a branch's job is when the branch comes back after orphans were removed. */
    @Test
    void I13_aJobThatIsMadeAgainBeginsItsNumbersAnew() {
        Order before = began("shop/cart/main#57", 0, 60);
        Order anew = began("shop/cart/main#1", 1_000, 1_060);
        assertThat(before.isOlderThan(anew)).isTrue();
        assertThat(anew.isOlderThan(before)).isFalse();
        assertThat(Order.newest(List.of(anew, before), Function.identity())).contains(anew);
        assertThat(order("shop/cart/main#57", 60).isOlderThan(anew))
                .as("of times when nobody noted when a build began")
                .isTrue();
    }

    @Test
    void I13_lowerNumberThatBeganBeforeTheHigherOneWasQueuedIsTheOlder() {
        Order slow = began("cart#10", 0, 5_000);
        Order quick = began("cart#11", 10, 60);
        assertThat(slow.isOlderThan(quick)).isTrue();
        assertThat(quick.isOlderThan(slow)).isFalse();
    }

    @Test
    void I13_ofDifferentJobsTheLaterIsTheNewer() {
        assertThat(order("cart#9", 0).isOlderThan(order("cart-hotfix#2", 1))).isTrue();
        assertThat(order("", 0).isOlderThan(order("", 1))).isTrue();
        assertThat(order("cart#9", 0).isOlderThan(order("cart#9", 1)))
                .as("two steps of one build")
                .isTrue();
    }

    @Test
    void jobsOfSeveralControllersAreDifferentJobs() {
        Order here = Order.of(new Origin("cart#9", "", "", Optional.of("a")), T0);
        Order there = Order.of(new Origin("cart#10", "", "", Optional.of("b")), T0.minusSeconds(1));
        assertThat(there.isOlderThan(here)).isTrue();
    }

    @Test
    void namesThatAreNoBuildsHaveTheirTimeOnly() {
        for (String name : List.of("ada", "#7", "cart#", "cart#x", "cart#99999999999999999999")) {
            assertThat(order(name, 0).job()).as(name).isEmpty();
        }
    }

    @Test
    void S7_aJobMayNotFillTheQueueOfEverybody() {
        List<Order> waiting = IntStream.range(0, Order.MOST_OF_JOB)
                .mapToObj(i -> order("flood#" + (i + 1), i))
                .toList();

        order("flood#9999", 0).checkRoom(waiting.stream().skip(1));
        order("cart#1", 0).checkRoom(waiting.stream());
        order("", 0).checkRoom(waiting.stream().map(o -> order("", 0)));
        assertThatThrownBy(() -> order("flood#9999", 0).checkRoom(waiting.stream()))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("2000 changes under way");
    }

    @Test
    void I13_newestOfSeveralJobsDoesNotDependOnWhoIsAskedFirst() {
        Order eleven = order("cart#11", 1);
        Order other = order("hotfix#1", 2);
        Order ten = order("cart#10", 3);
        for (List<Order> all :
                List.of(List.of(eleven, other, ten), List.of(ten, other, eleven), List.of(other, ten, eleven))) {
            assertThat(Order.newest(all, Function.identity())).contains(other);
        }
        assertThat(Order.newest(List.<Order>of(), Function.identity())).isEmpty();
    }
}
