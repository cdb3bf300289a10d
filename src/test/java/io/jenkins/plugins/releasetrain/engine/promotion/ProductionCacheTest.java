package io.jenkins.plugins.releasetrain.engine.promotion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.jenkins.plugins.releasetrain.engine.fakes.FakeRegistry;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Workload;
import io.jenkins.plugins.releasetrain.engine.registry.Registries;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.Personalities;
import io.jenkins.plugins.releasetrain.testkit.registry.Personality;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What production runs is asked for once, and known to be another one when it is. */
class ProductionCacheTest {
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final UnaryOperator<String> DIGEST = digest -> '"' + digest + '"';

    private HttpWorld world;
    private Promoter promoter;

    private void start(Personality... personalities) throws Exception {
        RegistryOptions options = RegistryOptions.DEFAULT;
        for (Personality personality : personalities) {
            options = options.being(personality);
        }
        world = new HttpWorld(options);
        promoter = world.promoter();
    }

    @AfterEach
    void stop() {
        if (world != null) {
            world.close();
        }
    }

    private static Service service(String name) {
        Workload workload = new Workload(Workload.Kind.DEPLOYMENT, name, "");
        return new Service(name, "dev/" + name, "shop/" + name, "production", workload, name, new TreeSet<>());
    }

    /** Those that production has, and one that was never released. */
    private static List<Service> services() {
        return IntStream.rangeClosed(0, HttpWorld.SERVICES)
                .mapToObj(i -> service("s" + i))
                .toList();
    }

    private ImageSet asked(String... fresh) {
        return promoter.production().of(new Registries(world.from, world.to), services(), Set.of(fresh));
    }

    private Map<String, String> truth() {
        Map<String, String> truth = new TreeMap<>();
        services()
                .forEach(s -> Optional.ofNullable(
                                world.production.tags(s.productionRepository()).get(s.productionTag()))
                        .ifPresent(digest -> truth.put(s.name(), digest)));
        return truth;
    }

    private static Map<String, String> digests(ImageSet set) {
        Map<String, String> digests = new TreeMap<>();
        set.images().forEach((name, image) -> digests.put(name, image.digest().value()));
        return digests;
    }

    private void moveByHand(String service, String version) {
        SampleImages.at(world.production.origin())
                .push("shop/" + service, "production", SampleImage.of(service, version));
        world.production.forgetExchanges();
    }

    @Test
    void whatIsKnownTakesNoRequest() throws Exception {
        start();
        assertThat(digests(asked())).isEqualTo(truth());
        world.production.forgetExchanges();

        assertThat(digests(asked())).isEqualTo(truth());
        assertThat(world.production.exchanges()).isEmpty();
        assertThat(digests(asked("s1", "s2"))).isEqualTo(truth());
        assertThat(world.production.exchanges()).hasSize(2);
    }

    @Test
    void promotionOfAnyControllerOfTheStoreIsSeenAtOnce() throws Exception {
        start();
        Map<String, String> before = digests(asked());

        assertThat(world.promoter(world.store, "there")
                        .promote(world.request("p1"))
                        .promoted())
                .isTrue();

        assertThat(digests(asked())).isEqualTo(truth()).isNotEqualTo(before);
    }

    @Test
    void promotionThatIsUndoneIsSeenAtOnce() throws Exception {
        start();
        Map<String, String> before = digests(asked());
        Registry dying = world.dying(3, true);
        Promoter other = world.promoter(world.store, "here");
        try {
            other.promote(world.request("p1", dying));
        } catch (Error e) {
            // It died with tags that have moved: while it is open, they are asked for each time.
            assertThat(digests(asked())).isEqualTo(truth());
        }
        other.abandon("p1", "its build is gone", world.to);
        assertThat(digests(asked())).isEqualTo(truth()).isEqualTo(before);
    }

    @Test
    void whatOthersMoveIsSeenSoonThoughTheClockIsSetBack() throws Exception {
        start();
        Map<String, String> before = digests(asked());
        world.clock.advance(Duration.ofHours(-1));
        moveByHand("s1", "by hand");
        world.clock.advance(LONGEST);
        assertThat(digests(asked())).isEqualTo(truth()).isNotEqualTo(before);
    }

    /** A promotion that was under way before anything was remembered: nobody here knows what it holds. */
    @Test
    void endOfAPromotionThatWasBegunBeforeMakesEverythingBeAskedAgain() throws Exception {
        start();
        Promoter other = world.promoter(world.store, "there");
        try {
            other.promote(world.request("p1", world.dying(1, false)));
        } catch (Error e) {
            asked();
        }
        other.promote(world.request("p1"));
        assertThat(digests(asked())).isEqualTo(truth());
    }

    @Test
    void whatMovesWhileItIsReadIsNotRemembered() throws Exception {
        start();
        Registry during = (Registry) Proxy.newProxyInstance(
                Registry.class.getClassLoader(), new Class<?>[] {Registry.class}, (proxy, method, arguments) -> {
                    Object before = method.invoke(world.to, arguments);
                    if (method.getName().equals("resolveAll")) {
                        world.promoter(world.store, "there").promote(world.request("p1"));
                    }
                    return before;
                });
        promoter.production().of(new Registries(world.from, during), services(), Set.of());

        assertThat(digests(asked())).isEqualTo(truth());
    }

    @Test
    void I7_promotionIsDecidedByTheRegistryAndWhatWasOutdatedIsAskedAgain() throws Exception {
        start();
        Digest outdated = asked().images().get("s0").digest();
        moveByHand("s0", "theirs");
        assertThat(asked().images().get("s0").digest()).isEqualTo(outdated);
        Promoter.Request request = new Promoter.Request(
                "p1",
                "",
                world.from,
                world.to,
                world.request("p1").items(),
                Map.of(new Registry.Tag("shop/s0", "production"), Optional.of(outdated)));

        assertThat(catchThrowableOfType(EngineException.class, () -> promoter.promote(request))
                        .kind())
                .isEqualTo(FailureKind.STALE);
        assertThat(digests(asked())).isEqualTo(truth());
    }

    static List<Personality> waysOfNamingAnswers() {
        return List.of(
                (request, rest) -> rest.answer(request),
                Personalities.namingAnswers(DIGEST, 304),
                Personalities.namingAnswers(DIGEST, 200),
                Personalities.namingAnswers(DIGEST, 400),
                Personalities.namingAnswers(DIGEST, 412),
                Personalities.namingAnswers(DIGEST, 501),
                Personalities.namingAnswers(digest -> "W/" + DIGEST.apply(digest), 304),
                Personalities.namingAnswers(digest -> "\"always\"", 304),
                Personalities.namingAnswers(digest -> "malformed", 304),
                Personalities.alwaysUnmodified());
    }

    /** What others move is seen in time, whatever a registry makes of conditions. */
    @ParameterizedTest
    @MethodSource("waysOfNamingAnswers")
    void whatOthersMoveIsSeenInTime(Personality personality) throws Exception {
        start(personality);
        asked();
        moveByHand("s1", "theirs");
        SampleImages.at(world.production.origin()).push("shop/s2", "production", SampleImage.of("s2", "new"));
        assertThat(digests(asked("s1"))).containsEntry("s1", truth().get("s1"));

        for (int round = 0; round < 3; round++) {
            moveByHand("s0", "theirs" + round);
            world.clock.advance(LONGEST);
            assertThat(digests(asked())).isEqualTo(truth());
            world.production.forgetExchanges();
            world.clock.advance(LONGEST);
            assertThat(digests(asked())).isEqualTo(truth());
            int requests = world.production.exchanges().size();
            assertThat(requests).isBetween(services().size(), 2 * services().size());
        }
    }

    @Test
    void whatIsUnchangedIsAskedForByACondition() throws Exception {
        start(Personalities.namingAnswers(DIGEST, 304));
        asked();
        world.production.forgetExchanges();
        world.clock.advance(LONGEST);

        assertThat(digests(asked())).isEqualTo(truth());
        assertThat(world.production.exchanges())
                .extracting(EmbeddedRegistry.Exchange::status)
                .containsExactlyInAnyOrder(304, 304, 404);
    }

    /** What must be right is asked for plainly, so that nothing that remembers can answer for the registry. */
    @Test
    void I7_whatMustBeFreshIsAskedForWithoutCondition() throws Exception {
        start(Personalities.namingAnswers(DIGEST, 304));
        asked();
        world.production.forgetExchanges();
        asked("s0", "s1");
        assertThat(world.production.exchanges())
                .extracting(EmbeddedRegistry.Exchange::status)
                .containsOnly(200);
    }

    /** A registry that does not know conditions is not asked by them again for a while. */
    @ParameterizedTest
    @ValueSource(ints = {400, 412, 501})
    void conditionThatIsNotUnderstoodIsTriedOnce(int status) throws Exception {
        start(Personalities.namingAnswers(DIGEST, status));
        asked();
        world.clock.advance(LONGEST);
        asked();
        world.production.forgetExchanges();
        world.clock.advance(LONGEST);
        asked();
        assertThat(world.production.exchanges()).hasSize(services().size());
    }

    /** They do not all come due at once. */
    @Test
    void sweepIsSpreadOverTime() throws Exception {
        start();
        List<Service> many =
                IntStream.range(0, 100).mapToObj(i -> service("m" + i)).toList();
        FakeRegistry production = new FakeRegistry("production.example");
        many.forEach(s -> production.push(s.productionRepository(), s.productionTag(), s.name()));
        Registries registries = new Registries(production, production);
        promoter.production().of(registries, many, Set.of());
        int before = production.resolved();
        int most = 0;
        for (int step = 0; step < 15; step++) {
            world.clock.advance(LONGEST.dividedBy(15));
            int then = production.resolved();
            promoter.production().of(registries, many, Set.of());
            most = Math.max(most, production.resolved() - then);
        }
        assertThat(production.resolved() - before).isGreaterThanOrEqualTo(100);
        assertThat(most).isLessThan(40);
    }
}
