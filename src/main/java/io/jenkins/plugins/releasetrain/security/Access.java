package io.jenkins.plugins.releasetrain.security;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which builds may send what where (design §10, Access): decisions over plain values. They go by the job, whatever a build
 * runs as, and by the user besides where it runs as one.
 */
public final class Access {
    private Access() {}

    /**
     * What an administrator allows. Patterns have {@code *} for anything within a name and {@code **} for anything; a folder's
     * name is for all that is in it.
     *
     * @param jobs patterns of full names
     * @param services patterns of services, or of repositories where it is about a registry; {@code *} for all
     * @param promote whether what passes may go to production
     */
    public record Rule(List<String> jobs, List<String> services, boolean promote) {
        public Rule {
            jobs = List.copyOf(jobs);
            services = List.copyOf(services);
        }

        /** @param jobs and services separated by commas or line ends */
        public static Rule of(String jobs, String services, boolean promote) {
            return new Rule(words(jobs), words(services), promote);
        }

        private static List<String> words(String text) {
            return Arrays.stream(text.split("[,\n\r]"))
                    .map(String::strip)
                    .filter(w -> !w.isEmpty())
                    .toList();
        }

        /** Patterns that no service has a name for, in their order. */
        public List<String> idle(Collection<String> names) {
            return services.stream()
                    .filter(pattern -> names.stream().noneMatch(name -> matches(pattern, name)))
                    .toList();
        }

        private boolean isOf(String job) {
            return jobs.stream().anyMatch(pattern -> isWithin(job, pattern));
        }

        private boolean allows(String service) {
            return services.stream().anyMatch(pattern -> matches(pattern, service));
        }

        /** {@code *} by itself is all, also of repositories, whose names have slashes. */
        private static boolean matches(String pattern, String service) {
            return pattern.equals("*") || glob(pattern).matcher(service).matches();
        }
    }

    /**
     * Whether a text names a service.
     *
     * @param names and patterns, separated by commas or line ends
     */
    public static boolean isNamed(String names, String service) {
        return Rule.of("", names, false).allows(service);
    }

    /**
     * Services that rules give to a job by both names: patterns say who may, and not whose a service is.
     *
     * @param job full name; one within a folder or multibranch project that is named is meant as well
     */
    public static SortedSet<String> owned(Collection<Rule> rules, String job) {
        SortedSet<String> owned = new TreeSet<>();
        rules.stream()
                .filter(rule -> rule.jobs().stream().anyMatch(name -> !name.contains("*") && isWithin(job, name)))
                .flatMap(rule -> rule.services().stream())
                .filter(service -> !service.contains("*"))
                .forEach(owned::add);
        return owned;
    }

    /** Whether a job is one of those that a pattern names, or is in a folder that it names. */
    private static boolean isWithin(String job, String pattern) {
        Pattern named = glob(pattern.endsWith("/") ? pattern.substring(0, pattern.length() - 1) : pattern);
        for (String place = job; !place.isEmpty(); place = parent(place)) {
            if (named.matcher(place).matches()) {
                return true;
            }
        }
        return false;
    }

    private static String parent(String name) {
        return name.substring(0, Math.max(name.lastIndexOf('/'), 0));
    }

    private static Pattern glob(String pattern) {
        return Pattern.compile(Arrays.stream(pattern.split("((?<=\\*)(?!\\*))|((?<!\\*)(?=\\*))"))
                .map(part -> part.equals("**") ? ".*" : part.equals("*") ? "[^/]*" : Pattern.quote(part))
                .collect(Collectors.joining()));
    }

    /** Somebody, and what the host lets him do. */
    public record Person(String name, boolean mayRun, boolean mayPromote) {}

    /** Where the pipeline of a build comes from. */
    public enum Source {
        /** The job's own, or a branch. */
        OWN,
        /** A change request from the same repository. */
        CHANGE_REQUEST,
        /** A change request from another repository: its author may not write to this one. */
        FORK
    }

    /**
     * A build that asks.
     *
     * @param job full name
     * @param replay who edited its pipeline by hand; empty where nobody did
     * @param user whom it runs as; empty where no authorization for builds is configured
     * @param formerly what the job was called before somebody renamed or moved it who may not say which jobs release
     */
    public record Rider(
            String job, Source source, Optional<Person> replay, Optional<Person> user, List<Former> formerly) {
        public Rider {
            formerly = List.copyOf(formerly);
        }
    }

    /**
     * A job before it was renamed or moved.
     *
     * @param by who did it
     */
    public record Former(String job, String by) {}

    /**
     * What it asks for.
     *
     * @param what to go on with "Job '…' may not", as in {@code ride train 'shop'}
     * @param where an administrator names who may
     * @param services or repositories
     * @param promote whether it would go to production if it passes
     */
    public record Wish(String what, String where, Collection<String> services, boolean promote) {}

    /** Why not, in a sentence for the author and one for an administrator; empty where it may. */
    public static Optional<String> refusal(List<Rule> rules, Rider rider, Wish wish) {
        return byJob(rules, rider.job(), wish)
                .or(() -> byFormerName(rules, rider, wish))
                .or(() -> bySource(rider, wish))
                .or(() -> rider.replay().flatMap(p -> byPerson(p, wish, "was replayed by")))
                .or(() -> rider.user().flatMap(p -> byPerson(p, wish, "runs as")));
    }

    private static Optional<String> byJob(List<Rule> rules, String job, Wish wish) {
        if (rules.isEmpty()) {
            return Optional.of("Nobody may " + wish.what()
                    + " yet. An administrator names the jobs and folders that may: " + wish.where());
        }
        List<Rule> own = rules.stream().filter(r -> r.isOf(job)).toList();
        if (own.isEmpty()) {
            return Optional.of("Job '" + job + "' may not " + wish.what()
                    + ". An administrator names the jobs and folders that may: " + wish.where());
        }
        for (String service : wish.services()) {
            List<Rule> fitting = own.stream().filter(r -> r.allows(service)).toList();
            if (fitting.isEmpty()) {
                return Optional.of("Job '" + job + "' may not " + wish.what() + " with '" + service
                        + "'. An administrator names the jobs and folders that may: " + wish.where());
            } else if (wish.promote() && fitting.stream().noneMatch(Rule::promote)) {
                return Optional.of("Job '" + job + "' may " + wish.what() + " with '" + service
                        + "' for tests only (promote: false). An administrator names those that may promote: "
                        + wish.where());
            }
        }
        return Optional.empty();
    }

    /** Else whoever may rename a job would make it one that may. */
    private static Optional<String> byFormerName(List<Rule> rules, Rider rider, Wish wish) {
        return rider.formerly().stream()
                .filter(former -> byJob(rules, former.job(), wish).isPresent())
                .findFirst()
                .map(former -> "Job '" + rider.job() + "' was '" + former.job() + "' until '" + former.by()
                        + "' renamed or moved it, and '" + former.job() + "' may not " + wish.what()
                        + ". Let somebody with Release/Configure give it its name, or name the former one too: "
                        + wish.where());
    }

    private static Optional<String> bySource(Rider rider, Wish wish) {
        if (rider.source() == Source.FORK) {
            return Optional.of("Job '" + rider.job() + "' builds a change request from another repository, whose author"
                    + " may not write to this one, so it may not " + wish.what()
                    + "; build it again after it was merged");
        } else if (rider.source() == Source.CHANGE_REQUEST && wish.promote()) {
            return Optional.of("Job '" + rider.job() + "' builds a change request, so it may not " + wish.what()
                    + " to be promoted; test it with promote: false, and release it after it was merged");
        }
        return Optional.empty();
    }

    private static Optional<String> byPerson(Person person, Wish wish, String how) {
        String missing =
                !person.mayRun() ? "Release/Run" : wish.promote() && !person.mayPromote() ? "Release/Promote" : "";
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of("The build " + how + " '" + person.name() + "', who lacks the permission " + missing
                        + "; let somebody grant it, or somebody else build it");
    }
}
