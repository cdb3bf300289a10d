package io.jenkins.plugins.releasetrain.demo;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.promotion.Ports;
import io.jenkins.plugins.releasetrain.engine.promotion.Promoter;
import io.jenkins.plugins.releasetrain.engine.registry.CopySettings;
import io.jenkins.plugins.releasetrain.engine.registry.HttpImageCopier;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Traffic;
import io.jenkins.plugins.releasetrain.engine.train.Conductors;
import io.jenkins.plugins.releasetrain.engine.train.Rollback;
import io.jenkins.plugins.releasetrain.engine.train.Task;
import io.jenkins.plugins.releasetrain.engine.train.Timetable;
import io.jenkins.plugins.releasetrain.engine.train.Train;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What happens in the demo, act by act. What comes of it is decided by the engine and the tests, not here. */
final class Story {
    private static final String CONDUCTOR = "demo";
    /** Quicker than the engine asks for: this shop's tests take no time either. */
    private static final Duration POLL = Duration.ofMillis(250);
    /** So that who tries the pages sees tests run. */
    private static final Duration TEST = Duration.ofMillis(600);

    private static final Duration ROLLOUT_DEADLINE = Duration.ofSeconds(20);
    private static final Duration OUTAGE = Duration.ofMinutes(12);
    /** Between two looks at an environment that is broken. */
    static final Duration A_MOMENT = Duration.ofMinutes(1);

    private final Parts parts;
    private final Shop shop;
    private final Account account;
    private final Summary summary;
    private final Promoter promoter;
    private final ShopSuite suite;
    private List<Environment> stagings;
    private Environment shared;
    private volatile Train train;
    private volatile Runnable afterEachTest = () -> {};
    private volatile MicroStory micro;
    private final List<String> throughOutages = new ArrayList<>();

    Story(Parts parts, Shop shop, Account account, Summary summary) {
        this.parts = parts;
        this.shop = shop;
        this.account = account;
        this.summary = summary;
        this.promoter = new Promoter(
                parts.store,
                new HttpImageCopier(CopySettings.DEFAULT, parts.executor, parts.live),
                parts.copies,
                parts.clock,
                account,
                "demo");
        this.suite = new ShopSuite(parts.kubernetes, parts.images, shop.catalog());
    }

    /** The train's; trials run in all of them at once. */
    List<Environment> stagings() {
        return stagings;
    }

    Environment shared() {
        return shared;
    }

    void run() throws InterruptedException, ExecutionException {
        prepare();
        monoRelease();
        testRelease();
        micro.microReleases();
        micro.sideBySide();
        secondMonoRelease();
        new ContractStory(parts, shop, account, this::ride).run();
        outages();
        rollback();
        parts.describe(shop.catalog(), account);
    }

    /** Production holds version 1.0 of all, and both environments what production holds. */
    void prepare() {
        firstPromotion();
        environments();
    }

    /** @throws EngineException NOT_FOUND where there is no such train, or not yet */
    Train train(String name) {
        Train found = train;
        if (found == null || !name.equals(shop.name())) {
            throw new EngineException(FailureKind.NOT_FOUND, "There is no train '" + name + "' in the demo");
        }
        return found;
    }

    Lanes lanes(String environment) {
        return MicroStory.lanes(Optional.ofNullable(micro), environment);
    }

    /** Changes wait in a paused train, for who tries the pages; whatever is asked for there happens. Never returns. */
    void stay() throws InterruptedException {
        train.pause("try the pages: let the train depart", CONDUCTOR);
        afterEachTest(() -> rest(TEST));
        for (String service : List.of("cart", "price", "mail")) {
            shop.build(service, "2.0");
            queue(service + " 2.0", true);
        }
        while (true) {
            step(next(stagings.get(0).name()));
            Thread.sleep(POLL.toMillis());
        }
    }

    void afterEachTest(Runnable doing) {
        afterEachTest = doing;
    }

    private static void rest(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void firstPromotion() {
        account.headline("Promotion: version 1.0 of all services, all or nothing");
        shop.catalog().services().keySet().forEach(service -> {
            if (service.equals("catalog")) {
                shop.buildMultiArch(service, "1.0");
            } else {
                shop.build(service, "1.0");
            }
        });
        List<Promoter.Item> items = new ArrayList<>();
        shop.catalog().services().values().forEach(service -> {
            var image = parts.registries.pin(service, "1.0");
            for (String tag : List.of("1.0", service.productionTag())) {
                items.add(new Promoter.Item(
                        service.devRepository(),
                        service.productionRepository(),
                        image.digest(),
                        tag,
                        tag.equals(service.productionTag())));
            }
        });
        measured("(promotion)", items.size() / 2 + " images, 1.0", () -> {
            Promoter.Result result = promoter.promote(new Promoter.Request(
                    "first-" + UUID.randomUUID(),
                    "",
                    parts.registries.dev(),
                    parts.registries.production(),
                    items,
                    Map.of()));
            return result.promoted() ? "promoted" : "undone: " + result.reason();
        });
    }

    private void environments() {
        stagings = List.of(
                parts.environment("staging", ROLLOUT_DEADLINE), parts.environment("staging-2", ROLLOUT_DEADLINE));
        shared = parts.environment("cd", ROLLOUT_DEADLINE);
        SortedMap<String, ImageReference> images = new TreeMap<>();
        parts.registries
                .productionSet(shop.catalog())
                .images()
                .forEach((name, image) -> images.put(
                        name, parts.registries.released(shop.catalog().service(name), image)));
        stagings.forEach(staging -> shop.install(parts.kubernetes, staging.namespace(), images));
        shop.install(parts.kubernetes, shared.namespace(), images);
        Supplier<String> ids = () -> UUID.randomUUID().toString();
        Ports ports = new Ports(parts.store, promoter, parts.clock, ids, account)
                .guardedBy(ContractStory.gate(parts, shop, account));
        train = new Train(
                new Train.Plan(TrainSettings.of(shop.name(), "system tests"), Timetable.ALWAYS),
                shop.catalog(),
                parts.registries,
                stagings,
                ports);
        micro = new MicroStory(new MicroStory.Cast(parts, shop, account, summary, suite), shared, ports, this::results);
    }

    private void monoRelease() {
        account.headline("Mono release: six changes ride one train, one of them is bad on purpose");
        shop.build("cart", "1.1");
        shop.build("cart", "1.2");
        shop.build("mail", "1.1");
        shop.buildMultiArch("catalog", "1.1");
        shop.push("stock", "1.1", shop.image("stock", "1.1").label(ShopImages.ANSWERS, "500"));
        shop.build("price", "1.1");
        shop.build("search", "1.1");
        ride("cart 1.1", "cart 1.2", "mail 1.1", "catalog 1.1", "stock 1.1", "price 1.1", "search 1.1");
    }

    private void testRelease() {
        account.headline("Pre-merge: a test release of one updated service, never promoted");
        shop.push("web", "pr-7", shop.image("web", "pr-7"));
        int before = account.events().size();
        queue("web pr-7", false);
        conduct(before);
    }

    private void secondMonoRelease() {
        account.headline("Mono release: the next batch");
        shop.push("stock", "1.2", shop.image("stock", "1.2").label(ShopImages.OFFERS, "2"));
        shop.push("cart", "1.3", shop.image("cart", "1.3").label(ShopImages.NEEDS, "price=1 stock=2"));
        ride("stock 1.2", "cart 1.3");
    }

    private void outages() throws InterruptedException, ExecutionException {
        int before = account.events().size();
        account.headline("An outage: staging's database goes away while a batch is tried");
        for (String service : List.of("account", "price", "search")) {
            shop.build(service, "1.2");
        }
        Set<String> hit = stagings.stream().map(Environment::namespace).collect(Collectors.toSet());
        breakDuringTheNextTest(hit);
        ride("account 1.2", "price 1.2", "search 1.2");
        breakDuringTheNextTest(Set.of(shared.namespace()));
        micro.outage();
        account.events().stream().skip(before).forEach(event -> {
            if (event instanceof Event.ChangeQueued e) {
                throughOutages.add(e.change().id());
            } else if (event instanceof Event.LaneQueued e) {
                throughOutages.add(e.lane());
            }
        });
    }

    /** What the services there need is away from the next test on, until it is repaired. */
    private void breakDuringTheNextTest(Set<String> namespaces) {
        AtomicReference<Instant> repaired = new AtomicReference<>(Instant.MIN);
        suite.where(namespace -> {
            Instant now = parts.clock.instant();
            boolean hit = namespaces.contains(namespace);
            if (hit) {
                repaired.compareAndSet(Instant.MIN, now.plus(OUTAGE));
            }
            return !hit || !now.isBefore(repaired.get());
        });
    }

    /** Ids of all who asked for a release while an environment was broken. */
    List<String> throughOutages() {
        return List.copyOf(throughOutages);
    }

    private void rollback() {
        String first = parts.store.releases(shop.name(), Integer.MAX_VALUE, 100).stream()
                .map(r -> r.made().id())
                .reduce((newer, older) -> older)
                .orElseThrow();
        account.headline("Rollback: to " + first + " in one action");
        measured("(rollback)", "to " + first, () -> {
            String release = train.rollbacks().perform(Rollback.to(first, "it loses carts", "demo"));
            conductQuietly();
            return "released as " + release;
        });
    }

    private void ride(String... images) {
        int before = account.events().size();
        for (String image : images) {
            queue(image, true);
        }
        conduct(before);
    }

    void queue(String image, boolean promote) {
        String[] words = image.split(" ");
        train.queue(new Train.Request(
                Map.of(words[0], words[1]), new Origin(words[0] + "#" + words[1], "", "demo"), 0, promote));
    }

    /** Runs the train until nothing is left, with one row of the summary per outcome since so many events. */
    private void conduct(int before) {
        double begin = account.seconds();
        Traffic traffic = parts.traffic();
        conductQuietly();
        List<Event> news = account.events().subList(before, account.events().size());
        Map<String, List<Event.ChangeEnded>> byOutcome = news.stream()
                .filter(Event.ChangeEnded.class::isInstance)
                .map(Event.ChangeEnded.class::cast)
                .collect(Collectors.groupingBy(
                        e -> release(e) + " " + e.outcome(), LinkedHashMap::new, Collectors.toList()));
        byOutcome
                .values()
                .forEach(ended -> summary.add(Summary.Row.part(
                        release(ended.get(0)),
                        ended.stream().map(e -> account.name(e.change())).collect(Collectors.joining(", ")),
                        ended.get(0).outcome())));
        long trials = news.stream().filter(Event.TrialStarted.class::isInstance).count();
        summary.add(new Summary.Row("", "  (" + trials + " trials)", "", Optional.of(cost(begin, traffic))));
    }

    private static String release(Event.ChangeEnded ended) {
        return ended.outcome() == Outcome.RELEASED ? ended.related() : "";
    }

    private Summary.Cost cost(double begin, Traffic before) {
        return new Summary.Cost(account.seconds() - begin, parts.traffic().minus(before));
    }

    /** A build in each environment runs the tests, at the same time. */
    void conductQuietly() {
        CompletableFuture.allOf(stagings.stream()
                        .map(staging -> CompletableFuture.runAsync(
                                () -> conduct(staging.name()),
                                build -> new Thread(build, "build in " + staging.name()).start()))
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    private void conduct(String staging) {
        try {
            Task task = next(staging);
            while (!(task instanceof Task.Idle)) {
                step(task);
                if (task instanceof Task.Wait wait) {
                    if (train.state().broken().isEmpty()) {
                        account.line("train", staging + " waits: " + wait.why());
                    } else if (train.state().trials().isEmpty()) {
                        parts.clock.leap(A_MOMENT);
                    }
                    Thread.sleep(POLL.toMillis());
                }
                task = next(staging);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The demo was interrupted", e);
        }
    }

    private Task next(String staging) throws InterruptedException {
        Task task = train.next(staging, Conductors.only(CONDUCTOR));
        parts.live.waits(shop.name(), staging, task instanceof Task.Wait wait ? wait.why() : "");
        return task;
    }

    private void step(Task task) {
        if (task instanceof Task.Test test) {
            ShopSuite.Tested tested = suite.testAll(test.namespace(), results(test.trial()));
            train.report(test.trial(), tested.verdict(), tested.reason(), tested.report());
        }
    }

    private ShopSuite.Results results(String trial) {
        return (passed, failed) -> {
            parts.live.tested(trial, passed, failed, 0);
            afterEachTest.run();
        };
    }

    /** Candidates of one group, to their outcome. */
    Event.LaneEnded lane(Map<String, String> images) throws InterruptedException {
        return micro.lane(micro.inPlace(), images);
    }

    private void measured(String release, String changes, Supplier<String> act) {
        double begin = account.seconds();
        Traffic traffic = parts.traffic();
        String verdict = act.get();
        summary.add(new Summary.Row(release, changes, verdict, Optional.of(cost(begin, traffic))));
    }

    /** Outcomes of all changes and lanes, counted. */
    Map<Outcome, Long> outcomes() {
        return account.events().stream()
                .map(e -> e instanceof Event.ChangeEnded change
                        ? change.outcome()
                        : e instanceof Event.LaneEnded lane ? lane.outcome() : null)
                .filter(Objects::nonNull)
                .collect(Collectors.groupingBy(o -> o, TreeMap::new, Collectors.counting()));
    }
}
