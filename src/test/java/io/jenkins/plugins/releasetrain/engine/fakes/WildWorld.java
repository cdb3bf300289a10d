package io.jenkins.plugins.releasetrain.engine.fakes;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.registry.Registry.Tag;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What trains and lanes live in, where everything breaks and heals by chance: images that fail alone or together,
 * environments, nodes, registries, the clock; and others push to production. It knows what is bad.
 */
public final class WildWorld {
    private static final String PRODUCTION = "production";

    public final FakeShop fakes;
    private final List<String> services;
    private final int environments;
    private final Random random;
    private final Consumer<String> told;
    private final Runnable catalog;
    private final Set<Digest> bad = new HashSet<>();
    private final List<Set<Digest>> conflicts = new ArrayList<>();
    private final List<Digest> built = new ArrayList<>();
    private final Set<Digest> pushed = new HashSet<>();
    private final Map<Digest, String> words = new HashMap<>();
    /** By image, the outages in which it was tested. */
    private final Map<Digest, Set<Integer>> unlucky = new HashMap<>();

    private final Set<String> broken = new TreeSet<>();
    private int outages;
    private Optional<Digest> keptOut = Optional.empty();
    private int version = 1;
    private int refusals;

    /**
     * @param environments so many
     * @param told hears what happens
     * @param catalog changes the catalog
     */
    public WildWorld(FakeShop fakes, int environments, Random random, Consumer<String> told, Runnable catalog) {
        this.fakes = fakes;
        this.services = List.copyOf(fakes.catalog.services().keySet());
        this.environments = environments;
        this.random = random;
        this.told = told;
        this.catalog = catalog;
        services.forEach(s -> words.put(FakeShop.digest(s, "1"), s + " 1"));
        beforeTag(tag -> {});
        places().forEach(place -> cluster(place)
                .cannotReplacePods(() -> broken.contains(nodes(place.name()))
                        ? Optional.of("ImagePullBackOff: 429 Too Many Requests")
                        : Optional.empty()));
    }

    /** @param also what happens besides, where production's registry does not refuse a tag */
    public void beforeTag(Consumer<Tag> also) {
        fakes.production.beforeTag(tag -> {
            if (refusals > 0) {
                refusals--;
                throw new EngineException(FailureKind.UNAVAILABLE, "the registry answered 503");
            }
            also.accept(tag);
        });
    }

    private static String nodes(String place) {
        return "nodes of " + place;
    }

    public static FakeCluster cluster(Environment place) {
        return (FakeCluster) place.cluster();
    }

    public List<Environment> places() {
        return fakes.environments(environments);
    }

    public String service() {
        return services.get(random.nextInt(services.size()));
    }

    /** Builds an image that may be bad, by itself or together with an older one of any service; answers its version. */
    public String build(String service) {
        String next = "" + ++version;
        Digest digest = make(service, next);
        if (random.nextInt(7) == 0) {
            bad.add(digest);
        }
        if (random.nextInt(8) == 0 && !built.isEmpty()) {
            conflicts.add(Set.of(digest, built.get(random.nextInt(built.size()))));
        }
        built.add(digest);
        return next;
    }

    /** The version of an image that was built before, or of a new one where none was. */
    public String again(String service) {
        List<String> before = built.stream()
                .map(words::get)
                .filter(word -> word.startsWith(service + " "))
                .map(word -> word.substring(service.length() + 1))
                .toList();
        return before.isEmpty() ? build(service) : before.get(random.nextInt(before.size()));
    }

    /** As the others, but nothing is wrong with it. */
    public String buildGood(String service) {
        String next = "" + ++version;
        built.add(make(service, next));
        return next;
    }

    private Digest make(String service, String next) {
        Digest digest = fakes.build(service, next);
        words.put(digest, service + " " + next);
        return digest;
    }

    /** Any image that was built; empty where none was. */
    public Optional<Digest> any() {
        return built.isEmpty() ? Optional.empty() : Optional.of(built.get(random.nextInt(built.size())));
    }

    /** What {@link FakeRegistry#push} makes an image of. */
    public String word(Digest digest) {
        return words.get(digest);
    }

    public boolean isBroken(String environment) {
        return broken.contains(environment);
    }

    /** They are tested in an outage. */
    public void meetOutage(Collection<Digest> images) {
        images.forEach(d -> unlucky.computeIfAbsent(d, x -> new HashSet<>()).add(outages));
    }

    /** Whether tests of these fail now though nothing is wrong: as a short outage, of which there is no other trace. */
    public boolean flakes(Collection<Digest> images) {
        boolean flakes = random.nextInt(100) == 0;
        if (flakes) {
            outages++;
            meetOutage(images);
        }
        return flakes;
    }

    /** Whether tests of these together fail where nothing else is broken. */
    public boolean fails(Collection<Digest> images) {
        return images.stream().anyMatch(bad::contains) || conflicts.stream().anyMatch(images::containsAll);
    }

    public boolean isBad(Digest image) {
        return bad.contains(image);
    }

    /** Images with which it fails though it is good. */
    public Stream<Digest> conflicting(Digest image) {
        return conflicts.stream()
                .filter(pair -> pair.contains(image))
                .flatMap(Set::stream)
                .filter(other -> !other.equals(image));
    }

    /**
     * Whether it met two outages: where all is well just while production's images are tested in between, nobody can tell.
     */
    public boolean metOutages(Digest image) {
        return unlucky.getOrDefault(image, Set.of()).size() > 1;
    }

    /** Whether somebody pushed it to production past all of us. */
    public boolean isPushed(Digest image) {
        return pushed.contains(image);
    }

    /** Something of the world breaks or heals. */
    public void troubleOrRelief() {
        switch (random.nextInt(7)) {
            case 0, 1 -> breakOrHeal();
            case 2 -> refusals = random.nextInt(3);
            case 3 -> keepOutOrLetIn();
            case 4 -> {
                int hours = random.nextInt(60) - 20;
                told.accept("the clock jumps by " + hours + " h");
                fakes.clock.advance(Duration.ofHours(hours));
            }
            case 5 -> pushToProduction();
            default -> catalog.run();
        }
    }

    private void breakOrHeal() {
        if (!broken.isEmpty()) {
            told.accept("heals: " + broken);
            broken.clear();
        } else {
            String place =
                    places().get(random.nextInt(Math.min(2, environments))).name();
            outages++;
            broken.add(random.nextBoolean() ? place : nodes(place));
            told.accept("breaks: " + broken);
        }
    }

    private void keepOutOrLetIn() {
        if (keptOut.isPresent()) {
            letIn();
        } else if (!built.isEmpty()) {
            Digest digest = built.get(random.nextInt(built.size()));
            Environment place = places().get(random.nextInt(environments));
            told.accept("kept out of " + place.name() + ": " + digest);
            cluster(place).keepsOut(digest, "unauthorized");
            keptOut = Optional.of(digest);
        }
    }

    private void letIn() {
        keptOut.ifPresent(digest -> places().forEach(place -> cluster(place).letsIn(digest)));
        keptOut = Optional.empty();
    }

    /** Past everybody, by somebody. */
    public void pushToProduction() {
        String service = service();
        String next = "" + ++version;
        told.accept("pushed to production: " + service + " " + next);
        pushed.add(make(service, next));
        fakes.production.push("prod/" + service, PRODUCTION, service + " " + next);
    }

    /** Nothing is broken any more; what production runs passes its tests. */
    public void heal() {
        broken.clear();
        letIn();
        refusals = 0;
    }

    /** The tests are mended that fail with these. */
    public void mend(Collection<Digest> images) {
        conflicts.removeIf(images::containsAll);
    }
}
