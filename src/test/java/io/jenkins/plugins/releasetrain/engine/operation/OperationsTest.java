package io.jenkins.plugins.releasetrain.engine.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.jenkins.plugins.releasetrain.engine.block.Blocks;
import io.jenkins.plugins.releasetrain.engine.contract.ContractGate;
import io.jenkins.plugins.releasetrain.engine.contract.Contracts;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeShop;
import io.jenkins.plugins.releasetrain.engine.history.Answer;
import io.jenkins.plugins.releasetrain.engine.history.HistoryApi;
import io.jenkins.plugins.releasetrain.engine.history.Outlook;
import io.jenkins.plugins.releasetrain.engine.history.View;
import io.jenkins.plugins.releasetrain.engine.image.ImageStream;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings.OnDrift;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.model.Built;
import io.jenkins.plugins.releasetrain.engine.model.Commit;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.operation.Operation.Right;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi.Asked;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi.Caller;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.store.HistoryQuery;
import io.jenkins.plugins.releasetrain.engine.store.Terms;
import io.jenkins.plugins.releasetrain.engine.train.Task;
import io.jenkins.plugins.releasetrain.engine.train.Train;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OperationsTest {
    private final FakeShop shop = new FakeShop(4, Map.of());
    private final Train train = new Train(
            TrainSettings.of("shop", "suite"),
            shop.catalog,
            shop.registries(),
            shop.environment(),
            new Ports(shop.store, shop.promoter(shop.store), shop.clock, shop::id, shop.events::add));
    private final Operations operations = new Operations(
            this::train,
            shop.store,
            new Blocks(shop.store, shop.clock, shop.events::add),
            new Contracts(shop.store, shop.clock, shop.events::add),
            shop.clock);

    private final OperationsApi api = new OperationsApi(operations);

    private Train train(String name) {
        if (!name.equals("shop")) {
            throw new EngineException(FailureKind.NOT_FOUND, "There is no train '" + name + "'");
        }
        return train;
    }

    @AfterEach
    void close() {
        shop.close();
    }

    private String queue(String service, String version) {
        shop.build(service, version);
        return train.queue(new Train.Request(Map.of(service, version), Origin.UNKNOWN, 0, true));
    }

    private void run() throws InterruptedException {
        while (train.next("build") instanceof Task.Test test) {
            train.report(test.trial(), shop.test(), "");
        }
    }

    private void release(String version) throws InterruptedException {
        queue("s1", version);
        run();
    }

    private static Operations.Request request(Operation operation, String subject) {
        return new Operations.Request(operation, subject, "shop", "reason");
    }

    @Test
    void planOfARollbackNamesEachImageFromAndTo() throws InterruptedException {
        release("2");
        release("3");
        Plan plan = operations.plan(request(Operation.ROLL_BACK, "shop-1"));
        assertThat(plan.refused()).isEmpty();
        assertThat(plan.images()).singleElement().satisfies(d -> {
            assertThat(d.service()).isEqualTo("s1");
            assertThat(d.from().tag()).isEqualTo("3");
            assertThat(d.to().digest()).isEqualTo(FakeShop.digest("s1", "2").value());
        });
    }

    @Test
    void rollbackSaysWhoAskedAndBringsBackWhatThePlanSaid() throws InterruptedException {
        release("2");
        release("3");
        assertThat(operations.perform(request(Operation.ROLL_BACK, "shop-1"), "ada"))
                .isEqualTo("shop-3");
        run();
        assertThat(shop.inProduction("s1")).isEqualTo(FakeShop.digest("s1", "2"));
        assertThat(shop.store.release("shop-3").orElseThrow().made().user()).contains("ada");
        assertThat(operations.plan(request(Operation.ROLL_BACK, "shop-1")).images())
                .isEmpty();
    }

    private static Operations.Request rollback(boolean hold, String... bad) {
        return new Operations.Request(
                Operation.ROLL_BACK, "shop-1", "shop", "it loses carts", hold, List.of(bad), false);
    }

    @Test
    void rollbackStaysUntilSomebodyFreesIt() throws InterruptedException {
        release("2");
        release("3");
        Plan plan = operations.plan(rollback(false));
        assertThat(plan.needsReason()).isTrue();
        assertThat(plan.back().over()).containsExactly(new Plan.Over("shop-2", List.of("s1 3"), false));
        assertThat(plan.back().tookSeconds()).isEmpty();
        assertThat(operations.perform(rollback(true, "shop-2"), "ada")).isEqualTo("shop-3");
        run();
        Event.ReleaseMade made = shop.store.release("shop-3").orElseThrow().made();
        assertThat(made.reason()).contains("it loses carts");
        assertThat(train.state().held()).isEqualTo("it loses carts");
        assertThat(train.state().rollback()).isEmpty();
        assertThatThrownBy(() -> queue("s1", "3")).hasMessageContaining("is blocked: it loses carts");
        String other = queue("s2", "2");
        run();
        assertThat(train.outcome(other)).isEmpty();
        operations.perform(new Operations.Request(Operation.FREE, "", "shop", ""), "bob");
        run();
        assertThat(train.outcome(other).orElseThrow().outcome()).isEqualTo(Outcome.RELEASED);
        assertThat(operations.plan(rollback(false)).back().tookSeconds()).hasSize(1);
        HistoryApi history = new HistoryApi(shop.store, shop.clock);
        String audit = new String(history.get("audit", "", "").body(), StandardCharsets.UTF_8);
        assertThat(audit).contains("\"what\":\"ROLLED_BACK\"", "\"reason\":\"it loses carts\"", "BLOCKED", "HELD");
        assertThat(new String(history.get("releases/shop-3", "", "").body(), StandardCharsets.UTF_8))
                .contains("\"reason\":\"it loses carts\"");
        assertThat(new String(history.get("history", "text=loses", "").body(), StandardCharsets.UTF_8))
                .contains("shop-3");
    }

    @Test
    void rollbackTellsTheCommitsThatItTakesBackWithTheirAuthors() throws InterruptedException {
        release("2");
        release("3");
        built(1, brought("shop-1"), Optional.empty());
        built(2, brought("shop-2"), Optional.of(brought("shop-1")));

        assertThat(operations.plan(rollback(false)).images())
                .singleElement()
                .extracting(View.Difference::commits)
                .satisfies(commits -> {
                    assertThat(commits.state()).isEqualTo("BACK");
                    assertThat(commits.complete()).isTrue();
                    assertThat(commits.commits()).singleElement().satisfies(c -> {
                        assertThat(c.id()).isEqualTo("commit2");
                        assertThat(c.author()).isEqualTo("Bob");
                    });
                });
    }

    private Digest brought(String release) {
        return shop.store
                .release(release)
                .orElseThrow()
                .made()
                .changed()
                .get("s1")
                .digest();
    }

    private void built(int number, Digest image, Optional<Digest> since) {
        Commit commit = new Commit("commit" + number, "does it", "Bob", "bob", Optional.empty(), "", List.of());
        Origin build = new Origin("s1#" + number, "", "");
        new ImageStream(shop.store, image, shop.clock, e -> {})
                .built(new Built("s1", build, "", false, List.of(), since, List.of(commit), 0));
    }

    /** What a rollback does is checked whole before anything of it is done. */
    @Test
    void rollbackThatCannotBeDoesNothing() throws InterruptedException {
        release("2");
        release("3");
        release("4");
        int before = shop.events.size();
        assertThat(api.perform(
                                () -> new Asked("ROLL_BACK", "shop-1", "shop", " ", "true", "", ""),
                                new Caller("ada", right -> true))
                        .status())
                .as("no reason")
                .isEqualTo(400);
        assertThat(status("shop-2", "shop-1")).as("not gone back over").isEqualTo(400);
        assertThat(status("shop-1", "shop-9")).as("unknown").isEqualTo(404);
        assertThat(status("shop-3", "shop-3")).as("itself").isEqualTo(400);
        assertThat(shop.events).hasSize(before);
        operations.perform(request(Operation.MARK_BAD, "shop-1"), "ada");
        assertThat(status("shop-1", "")).as("blocked").isEqualTo(403);
        assertThat(train.state().rollback()).isEmpty();
        assertThat(train.state().held()).isEmpty();
    }

    private int status(String to, String bad) {
        return api.perform(
                        () -> new Asked("ROLL_BACK", to, "shop", "why", "true", bad, ""),
                        new Caller("ada", right -> true))
                .status();
    }

    /** Two steps back, and forward again to what was gone back over: nothing is undone by that. */
    @Test
    void rollbackGoesBackOverWhatLedToProductionOnly() throws InterruptedException {
        release("2");
        release("3");
        release("4");
        assertThat(train.rollbacks().over("shop-1"))
                .extracting(Event.ReleaseMade::id)
                .containsExactly("shop-3", "shop-2");
        operations.perform(rollback(false), "ada");
        run();
        assertThat(train.rollbacks().over("shop-2")).isEmpty();
        release("5");
        assertThat(train.rollbacks().over("shop-1"))
                .extracting(Event.ReleaseMade::id)
                .containsExactly("shop-5");
        assertThat(train.rollbacks().over("shop-3"))
                .extracting(Event.ReleaseMade::id)
                .containsExactly("shop-5");
    }

    /** An image that both hold is not blocked by the rollback to one of them. */
    @Test
    void releaseThatSharesAnImageWithTheTargetCannotBeMarkedBadWithIt() throws InterruptedException {
        release("2");
        release("3");
        operations.perform(rollback(false), "ada");
        run();
        release("4");
        queue("s1", "2");
        run();
        assertThat(operations.plan(rollback(false)).back().over())
                .extracting(Plan.Over::release, Plan.Over::kept)
                .containsExactly(tuple("shop-5", true), tuple("shop-4", false));
        assertThat(status("shop-1", "shop-5")).isEqualTo(400);
        assertThat(status("shop-1", "shop-4")).isEqualTo(200);
    }

    @Test
    void rollbackVoidsTheRunningTrialAsThePlanSays() throws InterruptedException {
        release("2");
        String tried = queue("s2", "2");
        assertThat(train.next("build")).isInstanceOf(Task.Test.class);
        Plan plan = operations.plan(request(Operation.ROLL_BACK, "shop-1"));
        assertThat(plan.trial()).isNotEmpty();
        assertThat(plan.changes()).extracting(Plan.Touched::id).containsExactly(tried);
        operations.perform(request(Operation.ROLL_BACK, "shop-1"), "ada");
        assertThat(train.state().trials()).isEmpty();
        assertThat(train.state().queue()).extracting(c -> c.id()).containsExactly(tried);
    }

    @Test
    void blockedReleaseIsNotRolledBackTo() throws InterruptedException {
        release("2");
        release("3");
        operations.perform(request(Operation.MARK_BAD, "shop-1"), "ada");
        assertThat(operations.blocked()).extracting(Event.ImageBlocked::user).containsExactly("ada");
        assertThat(operations.plan(request(Operation.ROLL_BACK, "shop-1")).refused())
                .contains("is blocked: reason");
        String digest = FakeShop.digest("s1", "2").value();
        assertThat(operations.plan(request(Operation.UNBLOCK, digest)).note()).contains("s1: reason", "ada");
        operations.perform(request(Operation.UNBLOCK, digest), "bob");
        assertThat(operations.blocked()).isEmpty();
        assertThat(shop.events).contains(new Event.ImageUnblocked(FakeShop.digest("s1", "2"), "bob"));
        assertThat(operations.plan(request(Operation.UNBLOCK, digest)).refused())
                .isNotEmpty();
    }

    @Test
    void whoGoesFirstDelaysTheOthersByWhatThePlanSays() throws InterruptedException {
        release("2");
        String first = queue("s1", "4");
        String second = queue("s2", "4");
        String third = queue("s3", "4");
        Plan plan = operations.plan(request(Operation.PRIORITISE, third));
        assertThat(plan.changes()).extracting(Plan.Touched::id).containsExactly(first, second);
        operations.perform(request(Operation.PRIORITISE, third), "ada");
        assertThat(train.state().queue()).extracting(c -> c.id()).containsExactly(third, first, second);
        assertThat(shop.events).contains(new Event.ChangePrioritised(third, 1_000, "ada"));
        assertThat(operations.plan(request(Operation.PRIORITISE, third)).refused())
                .isNotEmpty();
        String now = new String(
                new HistoryApi(shop.store, shop.clock).get("now", "", "").body(), StandardCharsets.UTF_8);
        assertThat(now.indexOf('"' + third + '"')).isLessThan(now.indexOf('"' + first + '"'));
    }

    @Test
    void pausedTrainTellsWhoWaitsAndResumesWithThem() {
        String waiting = queue("s1", "2");
        assertThat(operations.plan(request(Operation.RESUME, "")).refused()).isNotEmpty();
        operations.perform(request(Operation.PAUSE, ""), "ada");
        assertThat(shop.events).contains(new Event.TrainPaused("reason", "ada"));
        Plan plan = operations.plan(request(Operation.RESUME, ""));
        assertThat(plan.changes()).extracting(Plan.Touched::id).containsExactly(waiting);
        assertThat(plan.note()).isEqualTo("reason");
        operations.perform(request(Operation.RESUME, ""), "bob");
        assertThat(shop.events).contains(new Event.TrainResumed("bob"));
    }

    @Test
    void heldReleasesAreFreedByName() {
        operations.perform(request(Operation.HOLD, ""), "ada");
        assertThat(operations.outlook("shop").held()).isEqualTo("reason");
        assertThat(operations.plan(request(Operation.FREE, "")).note()).isEqualTo("reason");
        operations.perform(request(Operation.FREE, ""), "bob");
        assertThat(shop.events).contains(new Event.ReleasesHeld("reason", "ada"), new Event.ReleasesFreed("bob"));
        assertThat(operations.plan(request(Operation.FREE, "")).refused()).isNotEmpty();
    }

    /** Webhooks and logs are told of it as of everything that somebody did. */
    @Test
    void waiverReachesWhoeverListens() {
        String change = stopped();
        operations.perform(request(Operation.WAIVE, change), "ada");
        assertThat(shop.events).contains(new Event.ContractWaived("s1", FakeShop.digest("s1", "2"), "reason", "ada"));
    }

    /** A change that the gate did not let in. */
    private String stopped() {
        shop.build("s1", "2");
        ContractGate gate = exchanges -> new TreeMap<>(Map.of("s1", "service 's1': 'total' is gone"));
        Train gated = new Train(
                TrainSettings.of("shop", "suite"),
                shop.catalog,
                shop.registries(),
                shop.environment(),
                new Ports(shop.store, shop.promoter(shop.store), shop.clock, shop::id, shop.events::add)
                        .guardedBy(gate));
        return gated.queue(new Train.Request(Map.of("s1", "2"), Origin.UNKNOWN, 0, true));
    }

    /** Nobody waives in advance what nobody has seen; the API answers 409. */
    @Test
    void whatWasNotStoppedForItsContractIsNotWaived() throws InterruptedException {
        String waiting = queue("s1", "2");
        assertThat(operations.plan(request(Operation.WAIVE, waiting)).refused()).contains("was not stopped");
        assertThatThrownBy(() -> operations.perform(request(Operation.WAIVE, waiting), "ada"))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.CONFLICT))
                .hasMessageContaining("was not stopped for its contract");
        run();
        assertThatThrownBy(() -> operations.perform(request(Operation.WAIVE, waiting), "ada"))
                .as("it was released")
                .hasMessageContaining("was not stopped for its contract");
        assertThat(shop.events).noneMatch(Event.ContractWaived.class::isInstance);
    }

    @Test
    void outlookTellsTheLimitAndWhy() throws InterruptedException {
        release("2");
        assertThat(operations.outlook("shop").limit()).startsWith("limit ");
        assertThat(operations.outlook("shop").wasted()).isZero();
        assertThat(operations.outlook("shop").wasteBudget()).isEqualTo(0.5);
    }

    /** What the page shows of a broken environment, and that nobody has to wait for the next look. */
    @Test
    void brokenEnvironmentIsToldAndCanBeResumedAtOnce() throws InterruptedException {
        queue("s1", "2");
        for (int i = 0; i < 20 && operations.outlook("shop").broken().isEmpty(); i++) {
            if (train.next("build") instanceof Task.Test test) {
                shop.clock.advance(Duration.ofMinutes(10));
                train.report(test.trial(), Verdict.FAILED, "the database does not answer");
            }
        }
        assertThat(operations.outlook("shop").broken()).singleElement().satisfies(b -> {
            assertThat(b.environment()).isEqualTo("staging");
            assertThat(b.since()).isBefore(shop.clock.instant());
            assertThat(b.due()).isAfter(shop.clock.instant());
            assertThat(b.runs()).isNotEmpty();
        });
        Plan plan = operations.plan(request(Operation.RESUME, ""));
        assertThat(plan.refused()).isEmpty();
        assertThat(plan.note()).contains("environment 'staging' is broken since");
        operations.perform(request(Operation.RESUME, ""), "ada");
        assertThat(operations.outlook("shop").broken()).isEmpty();
        assertThat(train.next("build")).as("at once").isInstanceOf(Task.Test.class);
    }

    /** Who stands aside is told with its own cause, and what somebody waits for who came after a newer build in doubt. */
    @Test
    void whoStandsAsideOrWaitsForANewerOneIsToldWhy() throws InterruptedException {
        shop.cluster.keepsOut(shop.build("s1", "11"), "exceeded quota: pods, requested: pods=1");
        String eleven = train.queue(new Train.Request(Map.of("s1", "11"), new Origin("cart#11", "", ""), 0, true));
        Instant begin = shop.clock.instant();
        train.next("build");
        shop.build("s1", "10");
        String ten = train.queue(new Train.Request(Map.of("s1", "10"), new Origin("cart#10", "", ""), 0, true));
        assertThat(operations.outlook("shop").standing().get(eleven)).satisfies(standing -> {
            assertThat(standing.why()).isEqualTo(Outlook.Why.ASIDE);
            assertThat(standing.what()).contains("exceeded quota");
            assertThat(standing.out().environment()).isEqualTo("staging");
            assertThat(standing.out().times()).isOne();
            assertThat(standing.out().since()).isBetween(begin, shop.clock.instant());
            assertThat(standing.out().until()).isEqualTo(standing.out().since().plus(Duration.ofMinutes(5)));
        });
        assertThat(operations.outlook("shop").standing())
                .containsEntry(ten, new Outlook.Standing(Outlook.Why.NEWER, "#11", 0));
        assertThat(operations.outlook("shop").ranges()).doesNotContainKeys(eleven, ten);
        shop.clock.advance(Duration.ofMinutes(6));
        assertThat(operations.outlook("shop").standing().get(eleven).why()).isNotEqualTo(Outlook.Why.ASIDE);
    }

    @Test
    void measuredRatesComeWithTheirUncertainty() throws InterruptedException {
        release("2");
        assertThat(operations.outlook("shop").measured()).satisfies(m -> {
            assertThat(m.failure().low()).isLessThan(m.failure().mean());
            assertThat(m.failure().high()).isGreaterThan(m.failure().mean());
            assertThat(m.changes()).isEqualTo(1);
        });
        Answer answer = api.outlook(() -> new Asked("", "", "shop", ""));
        assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                .contains("\"measured\":{\"failure\":{\"mean\":", "\"low\":", "\"broken\":[]");
    }

    @Test
    void outlooksOfSeveralTrainsAreOneAnswerInTheirOrder() {
        String all = new String(api.outlooks(() -> "shop,gone").body(), StandardCharsets.UTF_8);

        assertThat(all).matches("\\[\\{\"train\":\"shop\".*\\},\\{\"train\":\"gone\".*\"configured\":false.*\\}\\]");
        assertThat(api.outlooks(() -> "").body())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("[]");
    }

    @Test
    void lanesHaveAnOutlookOfTheirOwn() {
        Lanes lanes = new Lanes(
                new LaneSettings(Isolation.REPLACE, OnDrift.AUTO, 5, TrainSettings.USUAL_MOVING_TAGS),
                shop.catalog,
                shop.registries(),
                shop.environment(),
                new Ports(shop.store, shop.promoter(shop.store), shop.clock, shop::id, shop.events::add));
        Operations withLanes = new Operations(
                this::train,
                name -> lanes,
                shop.store,
                new Blocks(shop.store, shop.clock, shop.events::add),
                new Contracts(shop.store, shop.clock, shop.events::add),
                shop.clock);
        lanes.hold("look first", "ada");
        assertThat(withLanes.outlook("lane/staging")).satisfies(o -> {
            assertThat(o.configured()).isTrue();
            assertThat(o.held()).isEqualTo("look first");
            assertThat(o.broken()).isEmpty();
            assertThat(o.measured().flake().high()).isPositive();
        });
        assertThat(operations.outlook("lane/staging").configured()).isFalse();
    }

    /** One lane at a time: who was let go first is let in next, in another process too, and who did it is kept. */
    @Test
    void laneThatSomebodyLetsGoFirstIsTheNextToBeLetIn() {
        LaneSettings oneByOne = new LaneSettings(Isolation.REPLACE, OnDrift.AUTO, 5, TrainSettings.USUAL_MOVING_TAGS)
                .with(new LaneSettings.Limits(1, 0, Duration.ofDays(1)));
        Lanes lanes = lanes(oneByOne);
        Operations withLanes = withLanes(lanes);
        List<Lanes.LaneId> ids = List.of("s0", "s1", "s2").stream()
                .map(service -> {
                    shop.build(service, "2");
                    return lanes.open(Map.of(service, "2"), Origin.UNKNOWN);
                })
                .toList();
        String last = ids.get(2).id();
        Plan plan = withLanes.plan(ofLane(Operation.PRIORITISE, last));
        assertThat(plan.refused()).isEmpty();
        assertThat(plan.changes())
                .extracting(Plan.Touched::id)
                .containsExactly(ids.get(0).id(), ids.get(1).id());
        assertThat(withLanes.plan(ofLane(Operation.PRIORITISE, ids.get(0).id())).refused())
                .contains("next to be let in already");
        assertThat(withLanes.plan(ofLane(Operation.PRIORITISE, "none")).refused())
                .contains("'none'");
        withLanes.perform(ofLane(Operation.PRIORITISE, last), "ada");
        withLanes.perform(ofLane(Operation.PRIORITISE, last), "ada");
        assertThat(shop.events).containsOnlyOnce(new Event.ChangePrioritised(last, Operations.FIRST, "ada"));
        assertThat(lanes(oneByOne).state().waiting())
                .extracting(l -> l.id())
                .containsExactly(last, ids.get(0).id(), ids.get(1).id());
        assertThatThrownBy(() -> withLanes.perform(ofLane(Operation.PRIORITISE, "none"), "ada"))
                .hasMessageContaining("only who waits can go first");
        assertThat(withLanes.plan(ofLane(Operation.CANCEL, "none")).refused()).contains("'none'");
        assertThat(withLanes.plan(ofLane(Operation.FORCE, last)).refused()).contains("is for trains");
        String audit = new String(
                new HistoryApi(shop.store, shop.clock).get("audit", "", "").body(), StandardCharsets.UTF_8);
        assertThat(audit).contains("PRIORITISED", last);
    }

    private static Operations.Request ofLane(Operation operation, String lane) {
        return new Operations.Request(operation, lane, "lane/staging", "reason");
    }

    private Operations withLanes(Lanes lanes) {
        return new Operations(
                this::train,
                name -> lanes,
                shop.store,
                new Blocks(shop.store, shop.clock, shop.events::add),
                new Contracts(shop.store, shop.clock, shop.events::add),
                shop.clock);
    }

    private Lanes lanes(LaneSettings settings) {
        return new Lanes(
                settings,
                shop.catalog,
                shop.registries(),
                shop.environment(),
                new Ports(shop.store, shop.promoter(shop.store), shop.clock, shop::id, shop.events::add));
    }

    @Test
    void cancelledChangeSaysByWhomAndOneThatIsTriedStays() throws InterruptedException {
        String change = queue("s1", "2");
        operations.perform(request(Operation.CANCEL, change), "ada");
        assertThat(train.outcome(change))
                .contains(new Event.ChangeEnded(change, Outcome.CANCELLED, "taken off by ada: reason", ""));
        String tried = queue("s2", "2");
        assertThat(train.next("build")).isInstanceOf(Task.Test.class);
        assertThat(operations.plan(request(Operation.CANCEL, tried)).refused()).isNotEmpty();
        assertThatThrownBy(() -> operations.perform(request(Operation.CANCEL, tried), "ada"))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("is being tried");
    }

    @Test
    void forcedChangeIsRunByName() {
        String change = queue("s1", "2");
        assertThat(operations.plan(request(Operation.FORCE, change)).refused()).isEmpty();
        operations.perform(request(Operation.FORCE, change), "ada");
        assertThat(shop.events).contains(new Event.RunForced(List.of(change), "ada"));
    }

    @Test
    void unknownSubjectsAreNamed() {
        assertThat(operations.plan(request(Operation.CANCEL, "none")).refused()).contains("'none'");
        assertThatThrownBy(() -> operations.plan(request(Operation.ROLL_BACK, "none-1")))
                .hasMessageContaining("'none-1'");
        assertThatThrownBy(() -> operations.perform(request(Operation.UNBLOCK, "none"), "ada"))
                .hasMessageContaining("none");
        assertThatThrownBy(() -> operations.perform(new Operations.Request(Operation.PAUSE, "", "shop", " "), "ada"))
                .hasMessageContaining("needs a reason");
    }

    @ParameterizedTest
    @EnumSource
    void I10_eachOperationIsRefusedToWhoLacksItsPermission(Operation operation) throws InterruptedException {
        release("2");
        OperationsApi api = new OperationsApi(operations);
        Caller lacking = new Caller("eve", right -> right != operation.right());
        Asked asked = new Asked(operation.name(), "shop-1", "shop", "reason");
        int before = shop.events.size();
        for (Answer answer : List.of(api.plan(() -> asked, lacking), api.perform(() -> asked, lacking))) {
            assertThat(answer.status()).isEqualTo(403);
            assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("Release/" + operation.right());
        }
        assertThat(shop.events).hasSize(before);
    }

    /** It would be in every answer and in the log of everybody who waits. */
    @ParameterizedTest
    @EnumSource
    void S7_aReasonThatIsTooLongIsRefusedAndChangesNothing(Operation operation) throws InterruptedException {
        release("2");
        String waits = queue("s2", "2");
        String subject =
                switch (operation) {
                    case CANCEL, PRIORITISE, FORCE, WAIVE -> waits;
                    case UNBLOCK -> Digest.sha256("1").value();
                    default -> "shop-1";
                };
        int before = shop.events.size();
        for (int length : List.of(operation == Operation.NOTE ? 4_001 : 501, 200_000)) {
            Answer answer = api.perform(
                    () -> new Asked(operation.name(), subject, "shop", "x".repeat(length)),
                    new Caller("ada", right -> true));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                    .contains("has " + length + " characters")
                    .hasSizeLessThan(300);
        }
        assertThat(shop.events).hasSize(before);
    }

    @Test
    void S7_aReasonOfTheLargestSizeIsKeptAsItIsOnOneLine() {
        operations.perform(new Operations.Request(Operation.PAUSE, "", "shop", "x".repeat(500)), "ada");
        assertThat(train.state().paused()).isEqualTo("x".repeat(500));
        operations.perform(request(Operation.RESUME, ""), "ada");
        operations.perform(
                new Operations.Request(Operation.PAUSE, "", "shop", " a\nFinished: SUCCESS\u001b[31m "), "ada");
        assertThat(train.state().paused()).isEqualTo("a Finished: SUCCESS [31m");
    }

    @Test
    void I10_whoLacksThePermissionIsToldSoWhileTheStoreIsNotOpen() {
        OperationsApi closed = new OperationsApi(() -> {
            throw new EngineException(FailureKind.UNAVAILABLE, "The store is being opened");
        });
        Asked asked = new Asked("PAUSE", "", "shop", "reason");
        Map.of(403, new Caller("eve", right -> false), 503, new Caller("ada", right -> true))
                .forEach((status, caller) -> {
                    assertThat(closed.plan(() -> asked, caller).status()).isEqualTo(status);
                    assertThat(closed.perform(() -> asked, caller).status()).isEqualTo(status);
                });
    }

    @Test
    void problemsHaveTheStatusOfTheirKind() {
        OperationsApi api = new OperationsApi(operations);
        Caller captain = new Caller("ada", right -> true);
        assertThat(api.plan(() -> Asked.of("operation=FLY"), captain).status()).isEqualTo(400);
        assertThat(api.plan(() -> Asked.of("operation=PAUSE&train=none"), captain)
                        .status())
                .isEqualTo(404);
        assertThat(api.plan(() -> Asked.of("operation=PAUSE&nonsense=1"), captain)
                        .status())
                .isEqualTo(400);
        assertThat(api.perform(() -> Asked.of("operation=CANCEL&train=shop&subject=none"), captain)
                        .status())
                .isEqualTo(409);
    }

    @Test
    void contextTellsWhatTheCallerMayInTheirLanguage() {
        Caller caller = new Caller("ada", right -> right == Right.MANAGE);
        String german = new String(OperationsApi.context(caller, Locale.GERMANY).body(), StandardCharsets.UTF_8);
        assertThat(german).contains("\"may\":[\"MANAGE\"]", "\"language\":\"de\"", "Übersicht", "Durchlaufzeit");
        String other = new String(OperationsApi.context(caller, Locale.FRENCH).body(), StandardCharsets.UTF_8);
        assertThat(other).contains("\"language\":\"en\"", "Overview");

        // They are asked for where a page has one: the first one weighs too much else.
        assertThat(german).doesNotContain("Versuch {0}, was in Produktion");
        assertThat(new String(OperationsApi.sentences(Locale.GERMANY).body(), StandardCharsets.UTF_8))
                .contains("\"is\":\"attempt {0}\"", "Versuch {0}");
        assertThat(new String(OperationsApi.sentences(Locale.FRENCH).body(), StandardCharsets.UTF_8))
                .isEqualTo("[]");
    }

    @Test
    void historyFindsARollbackByWhoDidIt() throws InterruptedException {
        release("2");
        operations.perform(request(Operation.ROLL_BACK, "shop-1"), "ada");
        run();
        var found = shop.store.history(
                new HistoryQuery(List.of(Terms.person("ada")), Optional.empty(), Optional.empty(), Long.MAX_VALUE, 10));
        assertThat(found.items()).extracting(i -> i.id()).containsExactly("shop-2");
        assertThat(found.items().get(0).user()).isEqualTo("ada");
    }
}
