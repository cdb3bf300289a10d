package io.jenkins.plugins.releasetrain.demo;

import io.jenkins.plugins.releasetrain.engine.environment.Environment;
import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.event.Event.Outcome;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Isolation;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Looks at registries and clusters after the story: do they hold what the engine says it did? */
final class Audit {
    private final Parts parts;
    private final Shop shop;
    private final ShopSuite suite;

    Audit(Parts parts, Shop shop) {
        this.parts = parts;
        this.shop = shop;
        this.suite = new ShopSuite(parts.kubernetes, parts.images, shop.catalog());
    }

    /** Findings by question; true: as it should be. */
    Map<String, Boolean> findings(Story story, List<Event> events) {
        Map<String, Boolean> findings = new LinkedHashMap<>();
        ImageSet production = parts.registries.productionSet(shop.catalog());
        findings.put("production runs no image that fails the shop's tests", allGood(production));
        findings.put(
                "staging holds exactly what production runs",
                story.stagings().stream().allMatch(staging -> production.equals(installed(staging))));
        findings.put(
                "every part of a service has its image: migration, worker, CronJob, StatefulSet",
                environments(story).allMatch(this::partsAreOne));
        findings.put(
                "staging passes the shop's tests",
                story.stagings().stream()
                        .allMatch(staging -> suite.testAll(staging.namespace(), (passed, failed) -> {})
                                .failures()
                                .isEmpty()));
        findings.put("released images have in production the digest that was built and tested", sameDigests(events));
        findings.put("what was rejected left no tag in production", ejectedAreAbsent(events));
        findings.put(
                "all environments are free",
                environments(story)
                        .allMatch(environment -> environment.lock().entries().isEmpty()));
        findings.put(
                "no lane left anything beside the baseline",
                story.shared().cluster().lanesBeside(Isolation.SIDE_BY_SIDE).isEmpty());
        findings.put("every change and lane has exactly one outcome", oneOutcomeEach(events));
        findings.put("who broke its contract was stopped before any trial", stoppedAtOnce(events));
        findings.put("what the contract gate said of each released image is in production, signed", vouchedFor(events));
        findings.put("nobody was blamed for an outage; all were released", allReleased(story.throughOutages(), events));
        findings.put("the train and the lanes saw what was broken heal, and nobody had to resume them", healed(events));
        return findings;
    }

    private static Stream<Environment> environments(Story story) {
        return Stream.concat(story.stagings().stream(), Stream.of(story.shared()));
    }

    private boolean partsAreOne(Environment environment) {
        ImageSet installed = installed(environment);
        ShopWorkloads workloads = new ShopWorkloads(parts.kubernetes, environment.namespace());
        return shop.catalog().services().values().stream()
                .allMatch(service -> workloads.images(service).stream()
                        .allMatch(image -> image.digest()
                                .equals(Optional.ofNullable(installed.images().get(service.name()))
                                        .map(PinnedImage::digest))));
    }

    private boolean allGood(ImageSet production) {
        return production.images().entrySet().stream()
                .allMatch(e -> parts.images
                        .labels(parts.registries.released(shop.catalog().service(e.getKey()), e.getValue()))
                        .map(labels -> "200".equals(labels.get(ShopImages.ANSWERS))
                                && "yes".equals(labels.get(ShopImages.STARTS)))
                        .orElse(false));
    }

    private ImageSet installed(Environment environment) {
        Map<String, PinnedImage> images = new HashMap<>();
        Map<String, ImageReference> installed =
                environment.cluster().installed(shop.catalog().services().values());
        installed.forEach((name, image) -> image.digest()
                .ifPresent(digest -> images.put(
                        name, new PinnedImage(shop.catalog().service(name).productionRepository(), digest, ""))));
        return ImageSet.of(images);
    }

    private boolean vouchedFor(List<Event> events) {
        return released(events)
                .allMatch(e -> parts.evidence.vouchesFor(
                        parts.registries.production(),
                        shop.catalog().service(e.getKey()).productionRepository(),
                        e.getValue().digest()));
    }

    /** Services and images, by all releases that were no rollbacks. */
    private static Stream<Map.Entry<String, PinnedImage>> released(List<Event> events) {
        return events.stream()
                .filter(e ->
                        e instanceof Event.ReleaseMade made && made.rollbackOf().isEmpty())
                .flatMap(e -> ((Event.ReleaseMade) e).changed().entrySet().stream())
                .filter(e -> !e.getValue().tag().isEmpty());
    }

    private boolean sameDigests(List<Event> events) {
        return released(events).allMatch(e -> {
            Service service = shop.catalog().service(e.getKey());
            Optional<Digest> there = digest(parts.registries.production(), service.productionRepository(), e);
            Optional<Digest> here = digest(parts.registries.dev(), service.devRepository(), e);
            return there.isPresent() && there.equals(here);
        });
    }

    private static Optional<Digest> digest(Registry registry, String repository, Map.Entry<String, PinnedImage> image) {
        return registry.resolve(repository, image.getValue().tag()).map(Registry.Descriptor::digest);
    }

    private boolean ejectedAreAbsent(List<Event> events) {
        Map<String, Map<String, PinnedImage>> asked = new HashMap<>();
        events.forEach(event -> {
            if (event instanceof Event.ChangeQueued e) {
                asked.put(e.change().id(), e.change().images());
            } else if (event instanceof Event.LaneQueued e) {
                asked.put(e.lane(), e.candidates());
            }
        });
        return outcomes(events).entrySet().stream()
                .filter(e -> !e.getValue().equals(List.of(Outcome.RELEASED)))
                .flatMap(e -> asked.get(e.getKey()).values().stream())
                .allMatch(image -> parts.registries
                        .production()
                        .resolve(image.repository(), image.tag())
                        .isEmpty());
    }

    private static boolean oneOutcomeEach(List<Event> events) {
        long asked = events.stream()
                .filter(e -> e instanceof Event.ChangeQueued || e instanceof Event.LaneQueued)
                .count();
        Map<String, List<Outcome>> outcomes = outcomes(events);
        return outcomes.size() == asked && outcomes.values().stream().allMatch(o -> o.size() == 1);
    }

    private static boolean stoppedAtOnce(List<Event> events) {
        List<String> stopped = outcomes(events).entrySet().stream()
                .filter(e -> e.getValue().contains(Outcome.INCOMPATIBLE))
                .map(Map.Entry::getKey)
                .toList();
        return !stopped.isEmpty()
                && events.stream()
                        .noneMatch(e -> e instanceof Event.TrialStarted started
                                && started.changes().stream().anyMatch(stopped::contains));
    }

    private static boolean allReleased(List<String> ids, List<Event> events) {
        Map<String, List<Outcome>> outcomes = outcomes(events);
        return !ids.isEmpty()
                && ids.stream().allMatch(id -> List.of(Outcome.RELEASED).equals(outcomes.get(id)));
    }

    private static boolean healed(List<Event> events) {
        Set<String> broken = new HashSet<>();
        Set<String> healed = new HashSet<>();
        events.forEach(event -> {
            if (event instanceof Event.EnvironmentBroken e) {
                broken.add(e.train());
            } else if (event instanceof Event.EnvironmentHealed e) {
                healed.add(e.train());
            }
        });
        return !broken.isEmpty()
                && broken.equals(healed)
                && events.stream().noneMatch(e -> e instanceof Event.TrainPaused || e instanceof Event.TrainResumed);
    }

    private static Map<String, List<Outcome>> outcomes(List<Event> events) {
        Map<String, List<Outcome>> outcomes = new HashMap<>();
        events.forEach(event -> {
            if (event instanceof Event.ChangeEnded e) {
                outcomes.merge(e.change(), List.of(e.outcome()), Audit::concat);
            } else if (event instanceof Event.LaneEnded e) {
                outcomes.merge(e.lane(), List.of(e.outcome()), Audit::concat);
            }
        });
        return outcomes;
    }

    private static List<Outcome> concat(List<Outcome> first, List<Outcome> second) {
        return java.util.stream.Stream.concat(first.stream(), second.stream()).toList();
    }
}
