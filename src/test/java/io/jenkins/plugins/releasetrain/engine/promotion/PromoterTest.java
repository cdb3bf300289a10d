package io.jenkins.plugins.releasetrain.engine.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.fakes.CrashingStore;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeRegistry;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.fakes.MeddledStore;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromoterTest {
    private static final int SERVICES = 3;

    private final FakeShop shop = new FakeShop(SERVICES, Map.of());

    @AfterEach
    void close() {
        shop.close();
    }

    private static Promoter.Request request(FakeShop shop, FakeRegistry target, Map<Tag, Optional<Digest>> expected) {
        List<Promoter.Item> items = new ArrayList<>();
        for (int i = 0; i < SERVICES; i++) {
            Digest digest = shop.build("s" + i, "2");
            items.add(new Promoter.Item("dev/s" + i, "prod/s" + i, digest, "production", true));
            items.add(new Promoter.Item("dev/s" + i, "prod/s" + i, digest, "2", false));
        }
        return new Promoter.Request("p1", "", shop.dev, target, items, expected);
    }

    private Promoter.Request request() {
        return request(shop, shop.production, Map.of());
    }

    @Test
    void I6_versionTagsMoveBeforeThoseThatSayWhatProductionRuns() {
        assertThat(shop.promoter(shop.store).promote(request()).promoted()).isTrue();
        List<String> order = shop.production.moved().stream().map(Tag::tag).toList();
        assertThat(order).containsExactly("2", "2", "2", "production", "production", "production");
    }

    @Test
    void I6_noTagMovesWhileContentIsMissing() {
        Promoter.Request whole = request();
        List<Promoter.Item> items = new ArrayList<>(whole.items());
        items.add(new Promoter.Item("dev/s1", "prod/s1", Digest.sha256("never built"), "3", false));
        Promoter.Request broken = new Promoter.Request("p1", "", shop.dev, shop.production, items, Map.of());
        assertThatThrownBy(() -> shop.promoter(shop.store).promote(broken))
                .asInstanceOf(InstanceOfAssertFactories.type(EngineException.class))
                .returns(FailureKind.NOT_FOUND, EngineException::kind);
        assertThat(shop.production.moved()).isEmpty();
    }

    @Test
    void I6_versionTagIsNeverMovedToAnotherDigest() {
        shop.production.push("prod/s2", "2", "somebody else's");
        assertThatThrownBy(() -> shop.promoter(shop.store).promote(request()))
                .hasMessageContaining("prod/s2:2")
                .asInstanceOf(InstanceOfAssertFactories.type(EngineException.class))
                .returns(FailureKind.CONFLICT, EngineException::kind);
        assertThat(shop.production.moved()).isEmpty();
    }

    @Test
    void blockedImageIsNotPromotedByAnybody() {
        Promoter promoter = shop.promoter(shop.store);
        promoter.promote(request());
        SortedMap<String, PinnedImage> brought =
                new TreeMap<>(Map.of("s1", new PinnedImage("prod/s1", FakeShop.digest("s1", "2"), "2")));
        shop.store.append(
                "train/shop",
                0,
                shop.clock.instant(),
                List.of(new Event.ReleaseMade(
                        "shop-1",
                        "shop",
                        1,
                        Event.Kind.MONO,
                        Digest.sha256("set"),
                        "",
                        "",
                        brought,
                        List.of(),
                        "",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty())));
        new Blocks(shop.store, shop.clock, shop.events::add).markBad("shop-1", "loses carts", "ada");
        List<Promoter.Item> items =
                List.of(new Promoter.Item("dev/s1", "prod/s1", FakeShop.digest("s1", "2"), "again", false));
        assertThatThrownBy(() ->
                        promoter.promote(new Promoter.Request("p2", "", shop.dev, shop.production, items, Map.of())))
                .hasMessageContaining("loses carts")
                .asInstanceOf(InstanceOfAssertFactories.type(EngineException.class))
                .returns(FailureKind.FORBIDDEN, EngineException::kind);
        assertThat(shop.production.resolve("prod/s1", "again")).isEmpty();
    }

    @Test
    void I7_expectationThatDoesNotHoldChangesNothing() {
        Tag tag = new Tag("prod/s0", "production");
        Promoter.Request request =
                request(shop, shop.production, Map.of(tag, Optional.of(Digest.sha256("what was tested"))));
        assertThatThrownBy(() -> shop.promoter(shop.store).promote(request))
                .asInstanceOf(InstanceOfAssertFactories.type(EngineException.class))
                .returns(FailureKind.STALE, EngineException::kind);
        assertThat(shop.production.moved()).isEmpty();
    }

    @Test
    void I6_refusedTagPutsEverythingBack() {
        Map<Tag, Digest> before = new HashMap<>(shop.production.allTags());
        shop.production.beforeTag(tag -> {
            if (tag.equals(new Tag("prod/s2", "production"))) {
                throw new EngineException(FailureKind.FORBIDDEN, "denied");
            }
        });
        Promoter.Result result = shop.promoter(shop.store).promote(request());
        assertThat(result.promoted()).isFalse();
        assertThat(result.reason()).isEqualTo("denied");
        assertThat(shop.production.allTags()).isEqualTo(before);
    }

    @Test
    void I6_tagThatCannotBeRemovedIsNamed() {
        FakeRegistry keepsTags = new FakeRegistry("production.example", false);
        keepsTags.push("prod/s0", "production", "s0 1");
        keepsTags.push("prod/s1", "production", "s1 1");
        keepsTags.push("prod/s2", "production", "s2 1");
        keepsTags.beforeTag(tag -> {
            if (tag.equals(new Tag("prod/s0", "production"))
                    && keepsTags.moved().size() == SERVICES) {
                throw new EngineException(FailureKind.FORBIDDEN, "denied");
            }
        });
        Promoter.Result result = shop.promoter(shop.store).promote(request(shop, keepsTags, Map.of()));
        assertThat(result.reason())
                .contains("denied")
                .contains("could not be removed: prod/s0:2, prod/s1:2, prod/s2:2");
    }

    @Test
    void I6_tagThatSomebodyElseMovedMeanwhileStaysTheirs() {
        Digest theirs = Digest.sha256("s1 theirs");
        shop.production.beforeTag(tag -> {
            if (tag.equals(new Tag("prod/s0", "production"))) {
                shop.production.push("prod/s1", "production", "s1 theirs");
            }
        });
        Promoter.Result result = shop.promoter(shop.store).promote(request());
        assertThat(result.promoted()).isFalse();
        assertThat(result.reason()).contains("Somebody else moved");
        assertThat(shop.inProduction("s1")).isEqualTo(theirs);
        assertThat(shop.inProduction("s0")).isEqualTo(FakeShop.digest("s0", "1"));
    }

    @Test
    void retryableFailureIsResumedWithoutCopyingAgain() {
        boolean[] down = {true};
        shop.production.beforeTag(tag -> {
            if (down[0] && tag.tag().equals("production")) {
                throw new EngineException(FailureKind.UNAVAILABLE, "connection reset");
            }
        });
        Promoter.Request request = request();
        assertThatThrownBy(() -> shop.promoter(shop.store).promote(request)).hasMessage("connection reset");
        down[0] = false;
        assertThat(shop.promoter(shop.store).promote(request).promoted()).isTrue();
        assertThat(shop.events)
                .filteredOn(Event.ContentPromoted.class::isInstance)
                .hasSize(1);
        assertThat(shop.inProduction("s2")).isEqualTo(FakeShop.digest("s2", "2"));
    }

    @Test
    void samePromotionTwiceIsOnePromotion() {
        Promoter.Request request = request();
        shop.promoter(shop.store).promote(request);
        int moves = shop.production.moved().size();
        assertThat(shop.promoter(shop.store).promote(request).promoted()).isTrue();
        assertThat(shop.production.moved()).hasSize(moves);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void I6_crashAtAnyAppendIsCompletedByTheNextProcess(boolean durable) {
        boolean died = true;
        for (int append = 0; died; append++) {
            try (FakeShop world = new FakeShop(SERVICES, Map.of())) {
                CrashingStore crashing = new CrashingStore(world.store, append, durable);
                Promoter.Request request = request(world, world.production, Map.of());
                died = dies(() -> world.promoter(crashing.store()).promote(request));
                assertThat(died || append > 8).as("appends").isTrue();
                assertThat(world.promoter(world.store).promote(request).promoted())
                        .isTrue();
                for (int i = 0; i < SERVICES; i++) {
                    assertThat(world.inProduction("s" + i)).isEqualTo(FakeShop.digest("s" + i, "2"));
                }
            }
        }
    }

    private static boolean dies(Runnable work) {
        try {
            work.run();
            return false;
        } catch (CrashingStore.Crash e) {
            return true;
        }
    }

    /** The process dies between any two tags; what it had moved is known from the registry itself. */
    @Test
    void I6_crashBetweenTwoTagsIsCompletedByTheNextProcess() {
        for (int tags = 0; tags < 2 * SERVICES; tags++) {
            try (FakeShop world = new FakeShop(SERVICES, Map.of())) {
                int dieAt = tags;
                world.production.beforeTag(tag -> {
                    if (world.production.moved().size() == dieAt) {
                        throw new CrashingStore.Crash();
                    }
                });
                Promoter.Request request = request(world, world.production, Map.of());
                assertThatThrownBy(() -> world.promoter(world.store).promote(request))
                        .isInstanceOf(CrashingStore.Crash.class);
                world.production.beforeTag(tag -> {});
                Promoter.Result result = world.promoter(world.store).promote(request);
                assertThat(result.promoted()).as("died before tag " + dieAt).isTrue();
                assertThat(world.production.moved()).hasSize(2 * SERVICES);
            }
        }
    }

    /** The process dies between any two tags, and nobody comes to complete it. */
    @Test
    void I6_abandonedPromotionIsUndoneWhereverItStopped() {
        for (int tags = 0; tags < 2 * SERVICES; tags++) {
            try (FakeShop world = new FakeShop(SERVICES, Map.of())) {
                Map<Tag, Digest> before = new HashMap<>(world.production.allTags());
                int dieAt = tags;
                world.production.beforeTag(tag -> {
                    if (world.production.moved().size() == dieAt) {
                        throw new CrashingStore.Crash();
                    }
                });
                Promoter.Request request = request(world, world.production, Map.of());
                assertThatThrownBy(() -> world.promoter(world.store).promote(request))
                        .isInstanceOf(CrashingStore.Crash.class);
                world.production.beforeTag(tag -> {});
                world.promoter(world.store).abandon("p1", "its build is gone", world.production);
                assertThat(world.production.allTags())
                        .as("died before tag " + dieAt)
                        .isEqualTo(before);
                assertThat(world.promoter(world.store).promote(request))
                        .as("it does not come back")
                        .returns(false, Promoter.Result::promoted)
                        .returns("its build is gone", Promoter.Result::reason);
            }
        }
    }

    /** Another process calls it off before each append in turn; whoever was at work on it goes on, or dies there. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void I6_whatIsCalledOffMovesNoTagOfItsOwnAndHoldsNone(boolean dies) {
        boolean calledOff = true;
        for (int append = 0; calledOff; append++) {
            try (FakeShop world = new FakeShop(SERVICES, Map.of())) {
                Map<Tag, Digest> before = new HashMap<>(world.production.allTags());
                Promoter others = world.promoter(world.store);
                int[] left = {append};
                boolean[] late = {false};
                Store store = MeddledStore.of(world.store, events -> {
                    if (left[0]-- == 0) {
                        late[0] = others.hasEnded("p1");
                        others.callOff("p1", "not wanted", world.production);
                        if (dies) {
                            throw new CrashingStore.Crash();
                        }
                    }
                });
                Promoter.Request request = request(world, world.production, Map.of());
                boolean died = dies(() -> {
                    try {
                        world.promoter(store).promote(request);
                    } catch (EngineException e) {
                        assertThat(e.kind().retryable()).as(e.getMessage()).isTrue();
                    }
                });
                calledOff = left[0] < 0;
                assertThat(died).isEqualTo(dies && calledOff);
                others.sweep(open -> Optional.of(world.production));
                assertThat(others.underWay()).as("before append " + append).isEmpty();
                assertThat(others.promote(request).promoted()).isEqualTo(!calledOff || late[0]);
                if (calledOff && !late[0]) {
                    assertThat(world.production.allTags()).isEqualTo(before);
                }
            }
        }
    }

    @Test
    void abandoningWhatIsCompleteChangesNothing() {
        shop.promoter(shop.store).promote(request());
        shop.promoter(shop.store).abandon("p1", "too late", shop.production);
        assertThat(shop.inProduction("s0")).isEqualTo(FakeShop.digest("s0", "2"));
    }

    @Test
    void plainPromotionsAreOpenUntilTheyEnd() {
        PlainPromotions mine = new PlainPromotions(shop.store, "here", java.time.Clock.systemUTC(), e -> {});
        Event.PromotionOrdered order = new Event.PromotionOrdered("p1", "dev", "production", Origin.UNKNOWN);
        mine.order(order);
        mine.order(order);
        mine.order(new Event.PromotionOrdered("p2", "dev", "production", Origin.UNKNOWN));
        mine.ended("p2", Optional.empty());
        PlainPromotions afterCrash = new PlainPromotions(shop.store, "here", java.time.Clock.systemUTC(), e -> {});
        assertThat(afterCrash.open()).containsExactly(order);
        assertThat(new PlainPromotions(shop.store, "elsewhere", java.time.Clock.systemUTC(), e -> {}).open())
                .isEmpty();
        afterCrash.ended("p1", Optional.of("its build is gone"));
        assertThat(mine.open()).isEmpty();
    }
}
