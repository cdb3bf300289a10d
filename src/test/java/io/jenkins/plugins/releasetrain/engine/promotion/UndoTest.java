package io.jenkins.plugins.releasetrain.engine.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Move;
import io.jenkins.plugins.releasetrain.engine.fakes.CrashingStore;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeRegistry;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Promotions that are not completed: what is put back, by whom, and what is told of the rest. */
class UndoTest {
    private static final int SERVICES = 3;
    private static final Tag LAST = new Tag("prod/s2", "production");

    private final FakeShop shop = new FakeShop(SERVICES, Map.of());
    private final Map<Tag, Digest> before = shop.production.allTags();
    private final Promoter promoter = shop.promoter(shop.store);

    @AfterEach
    void close() {
        shop.close();
    }

    private Promoter.Request request(String id) {
        List<Promoter.Item> items = new ArrayList<>();
        for (int i = 0; i < SERVICES; i++) {
            Digest digest = shop.build("s" + i, "2");
            items.add(new Promoter.Item("dev/s" + i, "prod/s" + i, digest, "production", true));
            items.add(new Promoter.Item("dev/s" + i, "prod/s" + i, digest, "2", false));
        }
        return new Promoter.Request(id, "", shop.dev, shop.production, items, Map.of());
    }

    private static EngineException denied() {
        return new EngineException(FailureKind.FORBIDDEN, "denied");
    }

    private void refuseTheLastTag() {
        shop.production.beforeTag(tag -> {
            if (tag.equals(LAST)) {
                throw denied();
            }
        });
    }

    private Map<String, String> sweep(Promoter by) {
        return by.sweep(open ->
                Optional.<Registry>of(shop.production).filter(r -> r.host().equals(open.target())));
    }

    @Test
    void I6_refusedRemovalDoesNotKeepProductionFromBeingPutBack() {
        refuseTheLastTag();
        shop.production.beforeUntag(tag -> {
            throw denied();
        });

        Promoter.Result result = promoter.promote(request("p1"));

        assertThat(result).returns(false, Promoter.Result::promoted).returns(true, Promoter.Result::ended);
        assertThat(result.reason()).isEqualTo("denied; could not be removed: prod/s0:2, prod/s1:2, prod/s2:2");
        assertThat(shop.production.allTags()).containsAllEntriesOf(before);
    }

    @Test
    void I6_whatCouldNotBeRemovedIsRemovedOnceTheRegistryLetsUs() {
        refuseTheLastTag();
        shop.production.beforeUntag(tag -> {
            throw denied();
        });
        promoter.promote(request("p1"));
        assertThat(sweep(promoter).get("p1")).contains("prod/s1:2", "denied");
        assertThat(sweep(promoter)).as("asked again at once").isEmpty();

        shop.production.beforeUntag(tag -> {});
        shop.clock.advance(Duration.ofMinutes(10));
        assertThat(sweep(promoter)).isEmpty();
        assertThat(shop.production.allTags()).isEqualTo(before);
    }

    @Test
    void I6_leftOverTagThatSomebodyPromotesAgainIsHis() {
        refuseTheLastTag();
        shop.production.beforeUntag(tag -> {
            throw denied();
        });
        promoter.promote(request("p1"));
        shop.production.beforeTag(tag -> {});
        shop.production.beforeUntag(tag -> {});

        assertThat(promoter.promote(request("p2")).promoted()).isTrue();
        Map<Tag, Digest> promoted = shop.production.allTags();
        sweep(promoter);
        assertThat(shop.production.allTags()).isEqualTo(promoted);
    }

    @Test
    void I6_undoThatFailsIsNamedAndTriedAgainByWhoeverComes() {
        boolean[] locked = {true};
        shop.production.beforeTag(tag -> {
            if (tag.equals(LAST) || locked[0] && shop.production.moved().size() == 5) {
                throw denied();
            }
        });

        assertThatThrownBy(() -> promoter.promote(request("p1")))
                .hasMessageContaining("could not be put back yet: prod/s1:production (denied)")
                .hasMessageContaining("prod/s0:production (denied)")
                .extracting(e -> ((EngineException) e).kind().retryable())
                .isEqualTo(true);
        assertThat(sweep(promoter).get("p1")).contains("prod/s1:production (denied)");
        assertThatThrownBy(() -> promoter.promote(request("p2")))
                .hasMessageContaining("promotion p1 is moving")
                .extracting(e -> ((EngineException) e).kind())
                .isEqualTo(FailureKind.BUSY);

        locked[0] = false;
        assertThat(sweep(shop.promoter(shop.store))).isEmpty();
        assertThat(shop.production.allTags()).isEqualTo(before);
        assertThat(promoter.promote(request("p1")))
                .returns(false, Promoter.Result::promoted)
                .returns("denied", Promoter.Result::reason);
    }

    @Test
    void I6_undoGoesInReverse() {
        refuseTheLastTag();
        List<Tag> undone = new ArrayList<>();
        shop.production.beforeUntag(undone::add);
        promoter.promote(request("p1"));
        assertThat(shop.production.moved().subList(5, 7))
                .containsExactly(new Tag("prod/s1", "production"), new Tag("prod/s0", "production"));
        assertThat(undone).containsExactly(new Tag("prod/s2", "2"), new Tag("prod/s1", "2"), new Tag("prod/s0", "2"));
    }

    /** B4: undo is judged by what this promotion moved, not by what a tag points to. */
    @Test
    void I6_undoLeavesWhatAnotherPromotionCompleted() {
        boolean[] down = {true};
        shop.production.beforeTag(tag -> {
            if (down[0]) {
                throw new EngineException(FailureKind.UNAVAILABLE, "connection reset");
            }
        });
        assertThatThrownBy(() -> promoter.promote(request("p1"))).hasMessage("connection reset");
        down[0] = false;
        assertThatThrownBy(() -> promoter.promote(request("p2"))).hasMessageContaining("promotion p1 is moving");

        promoter.abandon("p1", "aborted", shop.production);
        assertThat(promoter.promote(request("p2")).promoted()).isTrue();
        Map<Tag, Digest> promoted = shop.production.allTags();

        promoter.abandon("p1", "aborted", shop.production);
        sweep(promoter);
        assertThat(shop.production.allTags()).isEqualTo(promoted);
    }

    @Test
    void I6_tagsThatSomebodyElseSetToOurImageAreNotTakenBack() {
        shop.production.beforeTag(tag -> {
            if (tag.equals(new Tag("prod/s0", "2"))) {
                shop.production.push("prod/s1", "2", "s1 2");
            } else if (tag.equals(LAST)) {
                throw denied();
            }
        });
        promoter.promote(request("p1"));
        assertThat(shop.production.allTags()).containsEntry(new Tag("prod/s1", "2"), FakeShop.digest("s1", "2"));
    }

    /** RG-10: production keeps its tags where the registry deletes a tag with its manifest. */
    @Test
    void RG_10_tagThatSharesItsManifestIsLeftRatherThanItsNeighboursLost() {
        FakeRegistry registry = new FakeRegistry("production.example").deletingManifestsWithTags();
        Digest cart = registry.push("prod/cart", "1.4.1", "cart");
        registry.push("prod/cart", "production", "cart");
        shop.dev.push("dev/cart", "1.4.2", "cart");
        Digest checkout = shop.dev.push("dev/checkout", "2.0.0", "checkout");
        registry.beforeTag(tag -> {
            if (tag.repository().equals("prod/checkout")) {
                throw denied();
            }
        });
        Map<Tag, Digest> all = registry.allTags();
        Promoter.Result result = promoter.promote(new Promoter.Request(
                "p1",
                "",
                shop.dev,
                registry,
                List.of(
                        new Promoter.Item("dev/cart", "prod/cart", cart, "1.4.2", false),
                        new Promoter.Item("dev/checkout", "prod/checkout", checkout, "2.0.0", false)),
                Map.of()));
        assertThat(result.reason()).isEqualTo("denied; could not be removed: prod/cart:1.4.2");
        assertThat(registry.allTags()).containsAllEntriesOf(all);
    }

    /** The first promotion of a service: both of its tags are new, and both are ours. */
    @Test
    void I6_newTagsOfOneNewImageAreAllRemoved() {
        FakeRegistry registry = new FakeRegistry("production.example").deletingManifestsWithTags();
        Digest mail = shop.dev.push("dev/mail", "1", "mail");
        Digest other = shop.dev.push("dev/other", "1", "other");
        registry.beforeTag(tag -> {
            if (tag.equals(new Tag("prod/other", "production"))) {
                throw denied();
            }
        });
        promoter.promote(new Promoter.Request(
                "p1",
                "",
                shop.dev,
                registry,
                List.of(
                        new Promoter.Item("dev/mail", "prod/mail", mail, "1", false),
                        new Promoter.Item("dev/mail", "prod/mail", mail, "production", true),
                        new Promoter.Item("dev/other", "prod/other", other, "production", true)),
                Map.of()));
        assertThat(registry.allTags()).isEmpty();
    }

    @Test
    void RG_10_sharedTagIsRemovedWhereTheRegistryWasSeenToKeepManifests() {
        Digest cart = shop.production.push("prod/cart", "production", "cart");
        shop.dev.push("dev/cart", "1.4.2", "cart");
        Map<Tag, Digest> all = shop.production.allTags();
        List<Promoter.Item> items = new ArrayList<>(request("p1").items());
        items.add(new Promoter.Item("dev/cart", "prod/cart", cart, "1.4.2", false));
        refuseTheLastTag();
        Promoter.Result result =
                promoter.promote(new Promoter.Request("p1", "", shop.dev, shop.production, items, Map.of()));
        assertThat(result.reason()).isEqualTo("denied");
        assertThat(shop.production.allTags()).isEqualTo(all);
    }

    /** B16. */
    @Test
    void I6_promotionIsNotFinishedInAnotherRegistryThanPlanned() {
        shop.production.beforeTag(tag -> {
            if (tag.equals(LAST)) {
                throw new EngineException(FailureKind.UNAVAILABLE, "connection reset");
            }
        });
        assertThatThrownBy(() -> promoter.promote(request("p1"))).hasMessage("connection reset");
        FakeRegistry other = new FakeRegistry("other.example");
        assertThatThrownBy(() -> promoter.resume("p1", shop.dev, other))
                .hasMessageContaining("planned for production.example");
        assertThat(other.allTags()).isEmpty();
        assertThat(promoter.abandon("p1", "aborted", other))
                .returns(false, Promoter.Result::ended)
                .satisfies(
                        r -> assertThat(r.reason()).contains("prod/s0:production", "planned for production.example"));
        assertThat(promoter.sweep(open -> Optional.empty()).get("p1")).contains("production.example", "configure");

        shop.production.beforeTag(tag -> {});
        assertThat(sweep(promoter)).isEmpty();
        assertThat(shop.production.allTags()).isEqualTo(before);
    }

    @Test
    void I6_promotionOfWhichNothingMovedEndsWhenItsRegistryIsAnother() {
        CrashingStore crashing = new CrashingStore(shop.store, 2, false);
        assertThatThrownBy(() -> shop.promoter(crashing.store()).promote(request("p1")))
                .isInstanceOf(CrashingStore.Crash.class);
        assertThat(promoter.resume("p1", shop.dev, new FakeRegistry("other.example")))
                .returns(false, Promoter.Result::promoted)
                .returns(true, Promoter.Result::ended);
    }

    /** B12. */
    @Test
    void contentThatWasCollectedBeforeItsTagIsCopiedAgain() {
        boolean[] untagged = {true};
        shop.production.beforeTag(tag -> {
            if (untagged[0] && tag.equals(new Tag("prod/s1", "2"))) {
                untagged[0] = false;
                shop.production.collect("prod/s1");
            }
        });
        assertThat(promoter.promote(request("p1")).promoted()).isTrue();
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));
    }

    @Test
    void I8_permanentFailureOfContentEndsThePromotion() {
        Promoter.Request whole = request("p1");
        List<Promoter.Item> items = new ArrayList<>(whole.items());
        items.add(new Promoter.Item("dev/s1", "prod/s1", Digest.sha256("never built"), "3", false));
        Promoter.Request broken = new Promoter.Request("p1", "", shop.dev, shop.production, items, Map.of());
        assertThatThrownBy(() -> promoter.promote(broken)).hasMessageContaining("does not hold");
        assertThat(promoter.hasEnded("p1")).isTrue();
        assertThat(promoter.promote(request("p2")).promoted()).isTrue();
    }

    @Test
    void oneTagForTwoImagesIsRefusedWithBothNamed() {
        Promoter.Item one = new Promoter.Item("dev/a", "prod/s0", shop.build("s0", "2"), "2", false);
        Promoter.Item other = new Promoter.Item("dev/b", "prod/s0", shop.build("s0", "3"), "2", false);
        assertThatThrownBy(() -> promoter.promote(
                        new Promoter.Request("p1", "", shop.dev, shop.production, List.of(one, other), Map.of())))
                .hasMessageContaining("prod/s0:2", "dev/a@" + one.digest(), "dev/b@" + other.digest());
        assertThat(shop.production.moved()).isEmpty();
        assertThat(promoter.isPlanned("p1")).isFalse();
    }

    @Test
    void vetoBeforeTheFirstTagUndoesAndOneAfterItIsTooLate() {
        List<String> asked = new ArrayList<>();
        Promoter.Result vetoed = promoter.promote(request("p1").unless(() -> {
            asked.add("");
            return asked.size() < 2 ? Optional.empty() : Optional.of("the train is held");
        }));
        assertThat(vetoed)
                .returns(false, Promoter.Result::promoted)
                .returns("the train is held", Promoter.Result::reason);
        assertThat(shop.production.moved()).isEmpty();

        shop.production.beforeTag(tag -> {
            if (tag.equals(LAST)) {
                throw new EngineException(FailureKind.UNAVAILABLE, "connection reset");
            }
        });
        assertThatThrownBy(() -> promoter.promote(request("p2"))).hasMessage("connection reset");
        shop.production.beforeTag(tag -> {});
        assertThat(promoter.promote(request("p2").unless(() -> Optional.of("held")))
                        .promoted())
                .isTrue();
    }

    @Test
    void completeOrUndoCompletesWhatTagsHaveBegunToMoveAndUndoesTheRest() {
        shop.production.beforeTag(tag -> {
            if (tag.equals(LAST)) {
                throw new EngineException(FailureKind.UNAVAILABLE, "connection reset");
            }
        });
        assertThatThrownBy(() -> promoter.promote(request("p1"))).hasMessage("connection reset");
        assertThat(promoter.isTagging("p1")).isTrue();
        shop.production.beforeTag(tag -> {});
        assertThat(promoter.completeOrUndo("p1", "paused", shop.dev, shop.production)
                        .promoted())
                .isTrue();

        CrashingStore crashing = new CrashingStore(shop.store, 2, false);
        assertThatThrownBy(() -> shop.promoter(crashing.store()).promote(request("p2")))
                .isInstanceOf(CrashingStore.Crash.class);
        assertThat(promoter.completeOrUndo("p2", "paused", shop.dev, shop.production))
                .returns(false, Promoter.Result::promoted)
                .returns("paused", Promoter.Result::reason);
        assertThat(promoter.completeOrUndo("never", "paused", shop.dev, shop.production)
                        .promoted())
                .isFalse();
    }

    @Test
    void I6_promotionsOfOneTagWaitForEachOtherAcrossControllers() {
        Promoter here = promoter("here");
        Promoter there = promoter("there");
        shop.production.beforeTag(tag -> {
            throw new EngineException(FailureKind.UNAVAILABLE, "connection reset");
        });
        assertThatThrownBy(() -> here.promote(request("p1"))).hasMessage("connection reset");
        shop.production.beforeTag(tag -> {});
        assertThatThrownBy(() -> there.promote(request("p2"))).hasMessageContaining("promotion p1 is moving");
        assertThatThrownBy(() -> there.promote(request("p1"))).hasMessageContaining("Controller here works on");
        assertThat(here.promote(request("p1")).promoted()).isTrue();
        assertThat(there.promote(request("p2")).promoted()).isTrue();
    }

    @Test
    void I6_plainPromotionOfAControllerThatIsGoneIsUndoneByAnother() {
        Promoter gone = promoter("gone");
        Promoter here = promoter("here");
        shop.production.beforeTag(tag -> {
            if (tag.equals(LAST)) {
                throw new CrashingStore.Crash();
            }
        });
        assertThatThrownBy(() -> gone.promote(request("p1"))).isInstanceOf(CrashingStore.Crash.class);
        shop.production.beforeTag(tag -> {});
        assertThat(sweep(here)).isEmpty();
        assertThat(shop.production.allTags()).isNotEqualTo(before);

        shop.clock.advance(Duration.ofMinutes(11));
        assertThat(sweep(here)).isEmpty();
        assertThat(shop.production.allTags()).isEqualTo(before);
        assertThat(gone.promote(request("p1")).reason()).contains("gone is not heard of any more");
    }

    private Promoter promoter(String controller) {
        return new Promoter(shop.store, FakeRegistry.copier(), Runnable::run, shop.clock, e -> {}, controller);
    }

    /** Journals of the version before hold no intents: what it moved is known from the registry alone. */
    @Test
    void I6_openPromotionsOfTheVersionBeforeAreCompletedOrUndone() {
        for (boolean complete : new boolean[] {true, false}) {
            try (FakeShop world = new FakeShop(1, Map.of())) {
                Map<Tag, Digest> all = world.production.allTags();
                Digest digest = world.build("s0", "2");
                world.production.push("prod/s0", "2", "s0 2");
                List<Move> moves = List.of(
                        new Move("dev/s0", "prod/s0", digest, "2", Optional.empty(), false),
                        new Move(
                                "dev/s0",
                                "prod/s0",
                                digest,
                                "production",
                                Optional.of(FakeShop.digest("s0", "1")),
                                true));
                world.store.append(
                        "promotion/old",
                        0,
                        world.clock.instant(),
                        List.of(
                                new Event.PromotionPlanned(
                                        "old", "", "dev.example", "production.example", moves, false),
                                new Event.ContentPromoted("old", 1, 1, 0)));
                Promoter now = world.promoter(world.store);
                if (complete) {
                    assertThat(now.resume("old", world.dev, world.production).promoted())
                            .isTrue();
                    assertThat(world.inProduction("s0")).isEqualTo(digest);
                } else {
                    now.abandon("old", "its build is gone", world.production);
                    assertThat(world.production.allTags()).isEqualTo(all);
                }
                assertThat(now.hasEnded("old")).isTrue();
            }
        }
    }

    /** The process dies at any append while it undoes; whoever comes next ends it. */
    @Test
    void I6_crashAtAnyAppendOfTheUndoIsEndedByTheSweep() {
        boolean died = true;
        for (int append = 0; died; append++) {
            try (FakeShop world = new FakeShop(SERVICES, Map.of())) {
                Map<Tag, Digest> all = world.production.allTags();
                world.production.beforeTag(tag -> {
                    if (tag.equals(LAST)) {
                        throw denied();
                    }
                });
                CrashingStore crashing = new CrashingStore(world.store, append, true);
                List<Promoter.Item> items = new ArrayList<>();
                for (int i = 0; i < SERVICES; i++) {
                    Digest digest = world.build("s" + i, "2");
                    items.add(new Promoter.Item("dev/s" + i, "prod/s" + i, digest, "production", true));
                }
                Promoter.Request request = new Promoter.Request("p1", "", world.dev, world.production, items, Map.of());
                died = dies(() -> world.promoter(crashing.store()).promote(request));
                Promoter next = world.promoter(world.store);
                if (next.isPlanned("p1")) {
                    next.abandon("p1", "its build is gone", world.production);
                }
                assertThat(next.sweep(open -> Optional.of(world.production))).isEmpty();
                assertThat(world.production.allTags()).as("append " + append).isEqualTo(all);
                assertThat(next.promote(new Promoter.Request(
                                        "p2", "", world.dev, world.production, items.subList(0, 1), Map.of()))
                                .promoted())
                        .isTrue();
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
}
