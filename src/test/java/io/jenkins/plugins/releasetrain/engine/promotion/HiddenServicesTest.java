package io.jenkins.plugins.releasetrain.engine.promotion;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.fakes.FakeCluster;
import io.jenkins.plugins.releasetrain.engine.lane.LaneSettings;
import io.jenkins.plugins.releasetrain.engine.lane.LaneTask;
import io.jenkins.plugins.releasetrain.engine.lane.Lanes;
import io.jenkins.plugins.releasetrain.engine.lock.InMemoryLock;
import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.engine.progress.Live;
import io.jenkins.plugins.releasetrain.engine.progress.LivePromotion;
import io.jenkins.plugins.releasetrain.engine.registry.CopySettings;
import io.jenkins.plugins.releasetrain.engine.registry.HttpImageCopier;
import io.jenkins.plugins.releasetrain.engine.registry.HttpRegistry;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import io.jenkins.plugins.releasetrain.engine.train.Task;
import io.jenkins.plugins.releasetrain.engine.train.Train;
import io.jenkins.plugins.releasetrain.engine.train.TrainSettings;
import io.jenkins.plugins.releasetrain.testkit.registry.Clouds;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personality;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RG-2: a train and lanes whose production registry hides what is not there, over HTTP. */
class HiddenServicesTest {
    private static final List<String> RELEASED = List.of("cart", "mail", "pay", "web");
    private static final String NEW = "newsvc";

    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-28T08:00:00Z"));
    private final Store store =
            SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
    private final List<Event> events = new ArrayList<>();
    private final AtomicInteger ids = new AtomicInteger();
    private final Live live = new Live(clock);
    private final List<String> lines = new ArrayList<>();
    private EmbeddedRegistry dev;
    private EmbeddedRegistry production;
    private Registries registries;
    private Catalog catalog;
    private Environment environment;

    private void start(Personality personality) throws IOException {
        dev = EmbeddedRegistry.start();
        production = EmbeddedRegistry.start(RegistryOptions.DEFAULT.being(personality));
        registries = new Registries(client(dev), client(production));
        SortedMap<String, Service> services = new TreeMap<>();
        List<String> all = new ArrayList<>(RELEASED);
        all.add(NEW);
        for (String name : all) {
            Workload workload = new Workload(Workload.Kind.DEPLOYMENT, name, "");
            services.put(
                    name,
                    new Service(name, "dev/" + name, "shop/" + name, "production", workload, name, new TreeSet<>()));
            SampleImages.at(dev.origin()).push("dev/" + name, "2", SampleImage.of(name, "2"));
        }
        RELEASED.forEach(name ->
                SampleImages.at(production.origin()).push("shop/" + name, "production", SampleImage.of(name, "1")));
        catalog = new Catalog(services);
        FakeCluster cluster = new FakeCluster();
        // Somebody installed it by hand.
        cluster.meddle(NEW, ImageReference.of(dev.host(), "dev/" + NEW, Digest.sha256("by hand")));
        environment = new Environment(
                "staging",
                "staging",
                "",
                cluster,
                new InMemoryLock(clock),
                Duration.ofMinutes(5),
                Duration.ofMinutes(10));
    }

    private HttpRegistry client(EmbeddedRegistry registry) {
        return new HttpRegistry(RegistrySettings.of(registry.host()).withPlainHttp(), clock, clock::advance);
    }

    private Ports ports() {
        Promoter promoter = new Promoter(
                store,
                new HttpImageCopier(CopySettings.DEFAULT, Runnable::run),
                Runnable::run,
                clock,
                events::add,
                "here",
                request -> live.releasing(request.release(), lines::add));
        return new Ports(store, promoter, clock, () -> "id" + ids.incrementAndGet(), events::add);
    }

    @AfterEach
    void close() {
        dev.close();
        production.close();
        store.close();
    }

    private static String second(String service) {
        return SampleImage.of(service, "2").content().digest();
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void RG_2_trainReleasesBesideAServiceThatIsHiddenAndThenThatOne(int status) throws Exception {
        start(Personalities.hiding(status));
        Train train = new Train(TrainSettings.of("shop", "suite 1"), catalog, registries, environment, ports());
        for (String service : List.of("cart", NEW)) {
            String change = train.queue(new Train.Request(Map.of(service, "2"), Origin.UNKNOWN, 0, true));
            while (train.next("build 1") instanceof Task.Test test) {
                train.report(test.trial(), Verdict.PASSED, "");
            }

            assertThat(train.outcome(change)).map(Event.ChangeEnded::outcome).contains(Outcome.RELEASED);
            assertThat(production.tags("shop/" + service))
                    .containsEntry("2", second(service))
                    .containsEntry("production", second(service));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void RG_2_laneReleasesBesideAServiceThatIsHiddenAndThenThatOne(int status) throws Exception {
        start(Personalities.hiding(status));
        LaneSettings settings =
                new LaneSettings(Isolation.REPLACE, LaneSettings.OnDrift.RERUN, 5, TrainSettings.USUAL_MOVING_TAGS);
        Lanes lanes = new Lanes(settings, catalog, registries, environment, ports());
        for (String service : List.of("cart", NEW)) {
            Lanes.LaneId lane = lanes.open(Map.of(service, "2"), Origin.UNKNOWN);
            LaneTask task = lanes.next(lane);
            while (task instanceof LaneTask.Test test) {
                lanes.report(lane, test.tenant(), new Lanes.Reported(Verdict.PASSED, "", Optional.empty()));
                task = lanes.next(lane);
            }

            assertThat(task).isInstanceOf(LaneTask.Done.class);
            assertThat(((LaneTask.Done) task).ended().outcome()).isEqualTo(Outcome.RELEASED);
            assertThat(production.tags("shop/" + service)).containsEntry("production", second(service));
        }
    }

    /** What is told while the tags move: of the plan, and how far it is. */
    private List<LivePromotion> watched() {
        List<LivePromotion> seen = new ArrayList<>();
        production.failNext(
                99,
                r -> {
                    if (r.is("PUT", "/manifests/production")) {
                        live.release(made()).ifPresent(seen::add);
                    }
                    return false;
                },
                right -> right);
        return seen;
    }

    private String made() {
        return events.stream()
                .filter(Event.ReleaseMade.class::isInstance)
                .map(e -> ((Event.ReleaseMade) e).id())
                .findFirst()
                .orElseThrow();
    }

    private void assertTold(List<LivePromotion> seen) {
        assertThat(lines.get(0)).matches("0 of 1 images, 0 of \\d+ blobs, 0 .* of .*");
        assertThat(lines).contains("0 of 2 tags").endsWith("2 of 2 tags");
        assertThat(seen).isNotEmpty();
        assertThat(seen.get(0).plan().requests()).isPositive();
        assertThat(seen.get(0).plan().tags())
                .contains(
                        new LivePromotion.TagMove("shop/cart:2", "", second("cart")),
                        new LivePromotion.TagMove(
                                "shop/cart:production",
                                SampleImage.of("cart", "1").content().digest(),
                                second("cart")));
        assertThat(live.release(made())).as("over").isEmpty();
    }

    @Test
    void promotionOfATrainTellsItsPlanItsTotalsAndHowFarItIs() throws Exception {
        start((request, rest) -> rest.answer(request));
        Train train = new Train(TrainSettings.of("shop", "suite 1"), catalog, registries, environment, ports());
        train.queue(new Train.Request(Map.of("cart", "2"), Origin.UNKNOWN, 0, true));
        List<LivePromotion> seen = watched();
        while (train.next("build 1") instanceof Task.Test test) {
            train.report(test.trial(), Verdict.PASSED, "");
        }

        assertTold(seen);
    }

    @Test
    void promotionOfALaneTellsItsPlanItsTotalsAndHowFarItIs() throws Exception {
        start((request, rest) -> rest.answer(request));
        LaneSettings settings =
                new LaneSettings(Isolation.REPLACE, LaneSettings.OnDrift.RERUN, 5, TrainSettings.USUAL_MOVING_TAGS);
        Lanes lanes = new Lanes(settings, catalog, registries, environment, ports());
        Lanes.LaneId lane = lanes.open(Map.of("cart", "2"), Origin.UNKNOWN);
        LaneTask task = lanes.next(lane);
        lanes.report(lane, ((LaneTask.Test) task).tenant(), new Lanes.Reported(Verdict.PASSED, "", Optional.empty()));
        List<LivePromotion> seen = watched();
        lanes.next(lane);

        assertTold(seen);
    }

    /** An image of Docker's schema 1 is what production runs; nobody copies it, and nobody has to. */
    @Test
    void I14_serviceThatRunsSchemaOneStopsNobody() throws Exception {
        byte[] old = "{\"schemaVersion\":1,\"name\":\"shop/mail\",\"signatures\":[]}".getBytes(UTF_8);
        start(Clouds.holdingSchemaOne("shop/mail/manifests/production", old));
        Digest was = new Digest(Clouds.schemaOneDigest(old));
        assertThat(registries.productionSet(catalog).images().get("mail").digest())
                .isEqualTo(was);
        Train train = new Train(TrainSettings.of("shop", "suite 1"), catalog, registries, environment, ports());
        for (String service : List.of("cart", "mail")) {
            String change = train.queue(new Train.Request(Map.of(service, "2"), Origin.UNKNOWN, 0, true));
            while (train.next("build 1") instanceof Task.Test test) {
                train.report(test.trial(), Verdict.PASSED, "");
            }

            assertThat(train.outcome(change)).map(Event.ChangeEnded::outcome).contains(Outcome.RELEASED);
            assertThat(production.tags("shop/" + service)).containsEntry("production", second(service));
        }
    }

    /** What production runs cannot be known where it is hidden, so nobody tests against less of it (I7). */
    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void I7_productionThatIsThereAndHiddenIsNoBaselineWithoutIt(int status) throws Exception {
        start(Personalities.blockingTag("production", status));

        EngineException e = catchThrowableOfType(EngineException.class, () -> registries.productionSet(catalog));

        assertThat(e.kind()).isEqualTo(FailureKind.FORBIDDEN);
        assertThat(e).hasMessageContaining("production").hasMessageContaining("the tag is listed");
    }
}
