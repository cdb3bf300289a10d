package io.jenkins.plugins.releasetrain.actions;

import hudson.model.Job;
import hudson.model.Run;
import io.jenkins.plugins.releasetrain.actions.ImagesAction.Image;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.model.States;
import io.jenkins.plugins.releasetrain.engine.store.Entry;
import io.jenkins.plugins.releasetrain.engine.store.Production;
import io.jenkins.plugins.releasetrain.host.BuildHost;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;

/**
 * What became of the newest builds of jobs: of the last good one what it released, and of the last one where it stands. Of
 * all jobs of a list by one question to the store; builds are looked at that Jenkins has at hand for its own columns.
 */
final class NewestReleases {
    private static final int SHOWN = 3;
    private static final int REQUESTS = 20;
    /** More than any site has. */
    private static final int SERVICES = 20_000;

    private NewestReleases() {}

    /**
     * A job's newest builds.
     *
     * @param good changes and lanes of the last good build
     * @param last the same of the last one; equal to {@code good} where it is the same
     */
    record Asked(String job, List<String> good, List<String> last) {
        static Asked of(Job<?, ?> job) {
            return new Asked(job.getFullName(), noted(job.getLastSuccessfulBuild()), noted(job.getLastBuild()));
        }

        /** Its newest builds asked for no release. */
        boolean isSilent() {
            return good.isEmpty() && last.isEmpty();
        }

        private static List<String> noted(Run<?, ?> build) {
            ImagesAction action = build == null ? null : build.getAction(ImagesAction.class);
            return action == null
                    ? List.of()
                    : action.noted().stream().limit(REQUESTS).toList();
        }
    }

    /** Of the label of a state, by the state's word. */
    static String key(String word) {
        return "verdict." + String.join("-", word.split("[^a-z]+"));
    }

    /** For lists and pages of jobs. */
    @Restricted(NoExternalUse.class)
    public static final class Shown {
        private final List<Image> released;
        private final Optional<String> now;

        Shown(List<Image> released, Optional<String> now) {
            this.released = released;
            this.now = now;
        }

        /** The first of them. */
        public List<Line> getReleased() {
            return released.stream().limit(SHOWN).map(Line::new).toList();
        }

        /** How many are not named. */
        public int getMore() {
            return Math.max(0, released.size() - SHOWN);
        }

        Optional<String> now() {
            return now;
        }

        /** Where the last build stands, if that is another one than the one that released; empty where it is not. */
        public String getNow() {
            return now.map(word -> Labels.of(key(word))).orElse("");
        }

        public boolean isEmpty() {
            return released.isEmpty() && now.isEmpty();
        }
    }

    /** One image that was released. */
    @Restricted(NoExternalUse.class)
    public static final class Line {
        private final Image image;

        Line(Image image) {
            this.image = image;
        }

        public String getService() {
            return image.getService();
        }

        /** Its tag, or where it has none the beginning of its digest. */
        public String getVersion() {
            String name = image.getImage();
            int tag = name.lastIndexOf(':');
            return tag > name.lastIndexOf('/') ? name.substring(tag + 1) : image.getShortDigest();
        }

        /** Empty for a test release. */
        public String getRelease() {
            return image.getRelease();
        }

        public String getState() {
            return Labels.of(key(image.getVerdict()));
        }
    }

    /**
     * Of jobs by their full names: of those that asked for no release what production runs of the services that the
     * configuration gives them; others are left out.
     *
     * @param jobs that the current user may see
     */
    static Map<String, Shown> of(Collection<? extends Job<?, ?>> jobs, BuildHost host) {
        if (!host.builds().maySee()) {
            return Map.of();
        }
        List<Asked> asked = jobs.stream().map(Asked::of).toList();
        Map<String, Shown> all = of(
                asked,
                ids -> host.tests().ask(() -> host.store().requests(ids)).orElse(List.of()),
                host.builds()::seen);
        all.putAll(configured(
                asked,
                host.riders()::servicesOf,
                () -> host.tests()
                        .ask(() -> host.store().production("", SERVICES))
                        .orElse(List.of())));
        return all;
    }

    /**
     * What production runs of the services that the configuration gives by name to jobs whose newest builds say of no image.
     *
     * @param services of a job, by its full name
     * @param production asked once, where anybody needs it
     */
    static Map<String, Shown> configured(
            Collection<Asked> jobs,
            Function<String, ? extends Collection<String>> services,
            Supplier<List<Production>> production) {
        Map<String, Collection<String>> wanted = new LinkedHashMap<>();
        jobs.stream().filter(Asked::isSilent).forEach(job -> {
            Collection<String> owned = services.apply(job.job());
            if (!owned.isEmpty()) {
                wanted.put(job.job(), owned);
            }
        });
        if (wanted.isEmpty()) {
            return Map.of();
        }
        Map<String, List<Image>> there = new HashMap<>();
        production
                .get()
                .forEach(p -> there.computeIfAbsent(p.service(), s -> new ArrayList<>())
                        .add(image(p)));
        Map<String, Shown> all = new LinkedHashMap<>();
        wanted.forEach((job, owned) -> {
            List<Image> images = owned.stream()
                    .flatMap(service -> there.getOrDefault(service, List.of()).stream())
                    .toList();
            if (!images.isEmpty()) {
                all.put(job, new Shown(images, Optional.empty()));
            }
        });
        return all;
    }

    private static Image image(Production running) {
        PinnedImage image = running.image();
        String name = image.repository() + (image.tag().isEmpty() ? "" : ":" + image.tag());
        return new Image(
                running.service(), name, image.digest().value(), running.release(), States.RELEASED.word(), "");
    }

    /**
     * The same.
     *
     * @param store asked once, for all
     * @param seen what of a reason its reader may see
     */
    static Map<String, Shown> of(
            Collection<Asked> jobs, Function<List<String>, List<Entry>> store, UnaryOperator<String> seen) {
        List<String> ids = jobs.stream()
                .flatMap(j -> Stream.concat(j.good().stream(), j.last().stream()))
                .distinct()
                .toList();
        if (ids.isEmpty()) {
            return new LinkedHashMap<>();
        }
        Map<String, Entry> entries = new HashMap<>();
        store.apply(ids).forEach(entry -> entries.put(entry.id(), entry));
        Map<String, Shown> all = new LinkedHashMap<>();
        for (Asked job : jobs) {
            List<Image> released = images(job.good(), entries, seen).stream()
                    .filter(i -> List.of(States.RELEASED.word(), States.PROVEN.word())
                            .contains(i.getVerdict()))
                    .toList();
            Optional<String> now = job.last().equals(job.good())
                    ? Optional.empty()
                    : images(job.last(), entries, seen).stream()
                            .map(Image::getVerdict)
                            .findFirst();
            Shown shown = new Shown(released, now);
            if (!shown.isEmpty()) {
                all.put(job.job(), shown);
            }
        }
        return all;
    }

    private static List<Image> images(List<String> ids, Map<String, Entry> entries, UnaryOperator<String> seen) {
        List<Entry> found = new ArrayList<>();
        ids.stream().filter(entries::containsKey).map(entries::get).forEach(found::add);
        return StoredImages.of(found, seen);
    }
}
