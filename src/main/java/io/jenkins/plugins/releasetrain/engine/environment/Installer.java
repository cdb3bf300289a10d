package io.jenkins.plugins.releasetrain.engine.environment;

import io.jenkins.plugins.releasetrain.engine.cluster.Cluster;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Blocker;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Progress;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Rollout;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Standing;
import io.jenkins.plugins.releasetrain.engine.cluster.Cluster.Standing.State;
import io.jenkins.plugins.releasetrain.engine.cluster.Refusal;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Fault;
import io.jenkins.plugins.releasetrain.engine.model.ImageReference;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Brings images into an environment and proves that they run there. What is asked depends on the scope (ADR 12): of what
 * changed exactly this digest, ready; of the rest only that no other digest runs.
 */
public final class Installer {
    private final Environment environment;

    public Installer(Environment environment) {
        this.environment = environment;
    }

    /**
     * What is brought in, by whom.
     *
     * @param images of all services that matter
     * @param changed names of those that are to be proven: the candidates
     * @param needed names of those that have to be there; what is absent of others stops nobody (I14)
     * @param former what was there before of those that are to be proven; absent: nothing that is known
     * @param holder of the environment's lock, with the token {@code fence}
     */
    public record Subject(
            Map<Service, ImageReference> images,
            Set<String> changed,
            Set<String> needed,
            Map<Service, ImageReference> former,
            String holder,
            long fence) {
        /** What is to be proven has to be there. */
        public Subject(Map<Service, ImageReference> images, Set<String> changed, String holder, long fence) {
            this(images, changed, changed, Map.of(), holder, fence);
        }

        /** The same in the place of these, of which those that are not to be proven are no matter. */
        public Subject inPlaceOf(Map<Service, ImageReference> before) {
            Map<Service, ImageReference> proven = new HashMap<>(before);
            proven.keySet().removeIf(service -> !changed.contains(service.name()));
            return new Subject(images, changed, needed, proven, holder, fence);
        }

        /** All of it is to be proven. */
        public static Subject proven(Map<Service, ImageReference> images, String holder, long fence) {
            return new Subject(images, names(images), holder, fence);
        }

        /** All of it is to be there, and nothing is proven: what was in its place has to go. */
        public static Subject restored(Map<Service, ImageReference> images, String holder, long fence) {
            return new Subject(images, Set.of(), names(images), Map.of(), holder, fence);
        }

        private static Set<String> names(Map<Service, ImageReference> images) {
            return images.keySet().stream().map(Service::name).collect(Collectors.toSet());
        }

        private Cluster.Wanted wanted() {
            return new Cluster.Wanted(images, changed, needed, fence);
        }
    }

    /**
     * Why what was brought in cannot be tested.
     *
     * @param fault the image's only if an image that is to be proven cannot start, whatever the environment
     * @param services of those that are to be proven, the ones that it is about; empty where it is about others
     */
    public record Problem(String text, Fault fault, Set<String> services) {}

    /**
     * How an installation ended.
     *
     * @param patched names of the services whose workload was patched
     * @param problem empty where it can be tested
     * @param notes what is not as it should be elsewhere, for people
     */
    public record Installation(List<String> patched, Optional<Problem> problem, List<String> notes) {
        /** Of a set that somebody else installs. */
        public static final Installation NOTHING = new Installation(List.of(), Optional.empty(), List.of());

        /** Admission let nothing of it in. */
        public static Installation refused(Refusal e) {
            return new Installation(
                    List.of(), Optional.of(new Problem(e.getMessage(), e.fault(), e.services())), List.of());
        }
    }

    /** A verdict with its reason. */
    public record Judged(Verdict verdict, String reason) {}

    /** Why a new image could not be proven in this environment, by the name of the service; to be asked at entry. */
    public SortedMap<String, String> unprovable(Collection<Service> services) {
        return environment.cluster().unprovable(services);
    }

    /** Patches what differs, and proves it. */
    public Installation install(Subject subject) throws InterruptedException {
        renewForRollouts(subject);
        Map<String, String> unprovable = unprovable(subject.images().keySet().stream()
                .filter(s -> subject.changed().contains(s.name()))
                .toList());
        if (!unprovable.isEmpty()) {
            Problem problem = new Problem(
                    String.join("; ", unprovable.values()), Fault.ENVIRONMENT, Set.copyOf(unprovable.keySet()));
            return new Installation(List.of(), Optional.of(problem), List.of());
        }
        try {
            return prove(environment.cluster().install(subject.wanted()), subject);
        } catch (Refusal e) {
            if (!subject.changed().containsAll(e.services())) {
                throw e;
            }
            return Installation.refused(e);
        }
    }

    /**
     * Waits until what changed runs.
     *
     * @param patched what was patched for it
     */
    public Installation prove(List<String> patched, Subject subject) throws InterruptedException {
        Rollout rollout = await(subject, Set.copyOf(patched));
        Optional<Problem> problem =
                switch (rollout.outcome()) {
                    case READY -> Optional.empty();
                    case BLOCKED ->
                        Optional.of(new Problem(
                                describe(rollout, "cannot start"), Fault.IMAGE, notRunning(subject, rollout)));
                    case TIMED_OUT -> overdue(subject, rollout);
                };
        if (problem.isPresent() && problem.get().fault() == Fault.IMAGE) {
            problem = Optional.of(new StartControl(environment, subject)
                    .judge(problem.get(), rollout.blocker().orElseThrow()));
        }
        return new Installation(patched, problem, notes(subject, rollout.standings()));
    }

    /** What does not change may stay as it is, as long as nothing else runs in its place. */
    private Optional<Problem> overdue(Subject subject, Rollout rollout) {
        List<String> strangers = named(rollout.standings(), s -> s.state() == State.OTHER_DIGEST);
        strangers.removeAll(subject.changed());
        Set<String> late = notRunning(subject, rollout);
        boolean proven = late.isEmpty();
        if (proven && strangers.isEmpty()) {
            return Optional.empty();
        }
        Optional<Blocker> blocker = rollout.blocker();
        boolean proves =
                blocker.filter(b -> subject.changed().contains(b.service())).isPresent();
        Fault fault = proves ? blocker.get().fault() : Fault.ENVIRONMENT;
        String overdue = blocker.filter(Blocker::isOverwritten).isPresent()
                ? "something else was set in the place of what was installed"
                : "rollouts were not complete within "
                        + environment.rolloutDeadline().toSeconds() + " s";
        return Optional.of(new Problem(
                proven
                        ? "other images run than were installed: " + texts(rollout.standings(), strangers)
                        : describe(rollout, overdue),
                fault,
                late));
    }

    private static Set<String> notRunning(Subject subject, Rollout rollout) {
        return rollout.standings().entrySet().stream()
                .filter(e ->
                        subject.changed().contains(e.getKey()) && e.getValue().state() != State.RUNS)
                .map(Map.Entry::getKey)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Trouble of what does not change, and what of the candidates could not be shown to run. */
    private static List<String> notes(Subject subject, SortedMap<String, Standing> standings) {
        return standings.entrySet().stream()
                .filter(e -> e.getValue().state() == State.RUNS
                        ? subject.changed().contains(e.getKey())
                                && !e.getValue().why().isEmpty()
                        : !subject.changed().contains(e.getKey()))
                .map(e -> e.getKey() + ": " + e.getValue().why())
                .toList();
    }

    /** What is not as it should be of services that nobody changes, for people. */
    public List<String> trouble(Map<Service, ImageReference> images) {
        return images.isEmpty()
                ? List.of()
                : notes(
                        new Subject(images, Set.of(), "", 0),
                        environment.cluster().standings(images));
    }

    /** Names of those of which other images run than these, or are to. */
    public Set<String> others(Map<Service, ImageReference> images) {
        return images.isEmpty()
                ? Set.of()
                : Set.copyOf(named(environment.cluster().standings(images), s -> s.state() == State.OTHER_DIGEST));
    }

    /**
     * What a verdict of the tests is worth, by what runs at their end (I3): nothing where other images ran. A candidate that
     * was installed and does not run any more has failed, unless the environment took it away; one that passed gets time to
     * come back.
     */
    public Judged judge(Subject subject, Judged tests) {
        if (tests.verdict() == Verdict.VOID) {
            return tests;
        }
        SortedMap<String, Standing> now = environment.cluster().standings(subject.images());
        List<String> hidden = named(now, s -> s.state() == State.NOT_EXPECTED);
        hidden.retainAll(subject.changed());
        List<String> strangers = named(now, s -> s.state() == State.OTHER_DIGEST);
        if (!hidden.isEmpty()) {
            return new Judged(
                    Verdict.VOID,
                    "at the end nothing showed that " + hidden + " ran (" + String.join("; ", texts(now, hidden))
                            + ")");
        } else if (!strangers.isEmpty()) {
            // why they failed is told, too: a body that installs the set itself may have failed at just that
            return new Judged(
                    Verdict.VOID,
                    (tests.verdict() == Verdict.FAILED ? tests.reason() + "; " : "")
                            + "at the end other images ran than were to be tested: " + strangers + " ("
                            + String.join("; ", texts(now, strangers)) + ")");
        }
        List<String> fallen = named(now, s -> s.state() == State.NOT_READY);
        fallen.retainAll(subject.changed());
        try {
            return fallen.isEmpty() ? tests : judgeFallen(subject, tests, fallen);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Judged(Verdict.VOID, "stopped while " + fallen + " came back");
        }
    }

    private Judged judgeFallen(Subject subject, Judged tests, List<String> fallen) throws InterruptedException {
        boolean passed = tests.verdict() == Verdict.PASSED;
        if (passed) {
            renewForRollouts(subject);
        }
        Rollout rollout = passed
                ? await(subject, Set.of())
                : environment.cluster().awaitRollouts(subject.wanted(), Set.of(), Duration.ZERO, Progress.NONE);
        if (rollout.outcome() == Rollout.Outcome.READY) {
            return tests;
        }
        if (fallen.stream().allMatch(name -> isThere(rollout, name))) {
            // More pods than there is room for, as under load: what was tested ran, and nothing else did.
            return tests;
        }
        Fault fault = rollout.blocker().map(Blocker::fault).orElse(Fault.UNKNOWN);
        String what = describe(rollout, "at the end of the tests " + fallen + " did not run any more");
        // It ran, so it was pulled: that another node cannot pull it says nothing against the image.
        boolean moved = rollout.blocker().filter(Blocker::isPull).isPresent();
        if (moved || fault == Fault.ENVIRONMENT || passed && fault == Fault.UNKNOWN) {
            return new Judged(Verdict.VOID, what);
        }
        return new Judged(Verdict.FAILED, passed ? what : tests.reason() + "; " + what);
    }

    /** Some of its pods run; that the others do not is the environment's fault. */
    private static boolean isThere(Rollout rollout, String service) {
        Standing standing = rollout.standings().get(service);
        return standing.state() == State.RUNS
                || standing.state() == State.NOT_READY
                        && !standing.running().isEmpty()
                        && rollout.blocker()
                                .filter(b -> b.fault() == Fault.ENVIRONMENT)
                                .isPresent();
    }

    private Rollout await(Subject subject, Set<String> patched) throws InterruptedException {
        return environment
                .cluster()
                .awaitRollouts(subject.wanted(), patched, environment.rolloutDeadline(), Progress.NONE);
    }

    private void renewForRollouts(Subject subject) {
        environment.lock().renew(subject.holder(), subject.fence(), environment.leaseWhileInstalling());
    }

    /** What the environment's workloads ask for now, for the services that ask by digest; the others are absent. */
    public SortedMap<String, Digest> installed(Collection<Service> services) {
        SortedMap<String, Digest> digests = new TreeMap<>();
        environment
                .cluster()
                .installed(services)
                .forEach((name, reference) -> reference.digest().ifPresent(digest -> digests.put(name, digest)));
        return digests;
    }

    private static List<String> named(SortedMap<String, Standing> standings, Predicate<Standing> which) {
        return standings.entrySet().stream()
                .filter(e -> which.test(e.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private static List<String> texts(SortedMap<String, Standing> standings, List<String> names) {
        return names.stream().map(n -> n + ": " + standings.get(n).why()).toList();
    }

    private static String describe(Rollout rollout, String otherwise) {
        return rollout.blocker().map(blocker -> otherwise + ": " + blocker).orElse(otherwise);
    }
}
