package io.jenkins.plugins.releasetrain.actions;

import hudson.model.Run;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.host.BuildHost;
import io.jenkins.plugins.releasetrain.host.Words;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import jenkins.model.RunAction2;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/**
 * The images that a build made, tested or promoted: of changes and lanes their ids only, since all else is in the history.
 */
@ExportedBean
@Restricted(NoExternalUse.class)
public final class ImagesAction implements RunAction2 {
    private static final Logger LOGGER = Logger.getLogger(ImagesAction.class.getName());
    private static final Duration BETWEEN_SAVES = Duration.ofSeconds(10);
    private static final int SHOWN = 100;

    /**
     * Replaced as a whole and never changed, since any save of the build walks over it at any moment. Null as an older
     * file may leave it.
     */
    private volatile ArrayList<Image> images = new ArrayList<>();

    /** Of changes and lanes, whose images are in the history; replaced as a whole. Null as an older file leaves it. */
    private volatile ArrayList<String> requests = new ArrayList<>();

    private transient Run<?, ?> run;
    private transient boolean due;
    private transient boolean saved;

    /** One image. No record: XStream cannot read those on the baseline, and loses what follows them in build.xml. */
    @ExportedBean(defaultVisibility = 2)
    public static final class Image implements Serializable {
        private static final long serialVersionUID = 1;
        private static final int SHORT = 12;
        private static final int LONGEST = 2_000;

        private final String service;
        private final String image;
        private final String digest;
        private final String release;
        private final String verdict;
        private final String why;

        /**
         * In lines without control characters: of some of them, as NUL, no build.xml can be made.
         *
         * @param digest empty where it is not known
         * @param release empty for none
         * @param verdict for example {@code released}, {@code ejected}, {@code tracked}
         * @param why in words
         */
        public Image(String service, String image, String digest, String release, String verdict, String why) {
            this.service = line(service);
            this.image = line(image);
            this.digest = digest;
            this.release = release;
            this.verdict = verdict;
            this.why = line(why);
        }

        private static String line(String told) {
            return Words.line(text(told), LONGEST);
        }

        private static String text(String kept) {
            return kept == null ? "" : kept;
        }

        /** What there is but once in a build. */
        private List<String> key() {
            return List.of(getService(), getDigest().isEmpty() ? getImage() : getDigest());
        }

        @Exported
        public String getService() {
            return text(service);
        }

        @Exported
        public String getImage() {
            return text(image);
        }

        @Exported
        public String getDigest() {
            return text(digest);
        }

        /** For people; the whole digest is in the link. */
        public String getShortDigest() {
            String hex = getDigest().substring(getDigest().indexOf(':') + 1);
            return hex.substring(0, Math.min(SHORT, hex.length()));
        }

        @Exported
        public String getRelease() {
            return text(release);
        }

        @Exported
        public String getVerdict() {
            return text(verdict);
        }

        @Exported
        public String getWhy() {
            return text(why);
        }
    }

    /** Adds images to a build's action, which is made where it is missing. */
    public static void add(BuildHost host, Run<?, ?> run, List<Image> added) {
        if (!added.isEmpty()) {
            synchronized (run) {
                of(run).put(added);
            }
            of(run).saveSoon(host, run);
        }
    }

    /**
     * Remembers a change or lane of a build. The build is not saved for it: its end does that, and a build that goes on after
     * a crash tells it again.
     */
    public static void note(Run<?, ?> run, String request) {
        synchronized (run) {
            ImagesAction action = of(run);
            if (!action.noted().contains(request)) {
                ArrayList<String> all = new ArrayList<>(action.noted());
                all.add(request);
                action.requests = all;
            }
        }
    }

    private static ImagesAction of(Run<?, ?> run) {
        synchronized (run) {
            ImagesAction action = run.getAction(ImagesAction.class);
            if (action == null) {
                action = new ImagesAction();
                run.addAction(action);
            }
            return action;
        }
    }

    /** One save for all that is added in a while, since each writes the whole file; none where the build's end does it. */
    private synchronized void saveSoon(BuildHost host, Run<?, ?> build) {
        if (!due) {
            due = true;
            host.later(() -> save(host, build), saved ? BETWEEN_SAVES : Duration.ZERO);
        }
    }

    private void save(BuildHost host, Run<?, ?> build) {
        synchronized (this) {
            due = false;
            saved = true;
        }
        if (!build.isBuilding()) {
            return;
        }
        try {
            build.save();
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.WARNING, e, () -> "The images of " + build + " could not be saved; trying again");
            saveSoon(host, build);
        }
    }

    private void put(List<Image> added) {
        LinkedHashMap<List<String>, Image> all = new LinkedHashMap<>();
        Stream.concat(kept().stream(), added.stream()).forEach(image -> {
            all.remove(image.key());
            all.put(image.key(), image);
        });
        images = new ArrayList<>(all.values());
    }

    List<String> noted() {
        List<String> now = requests;
        return now == null ? List.of() : now;
    }

    private List<Image> kept() {
        List<Image> now = images;
        return now == null ? List.of() : now.stream().filter(Objects::nonNull).toList();
    }

    /** None for who may not see releases. */
    @Exported(visibility = 2)
    public List<Image> getImages() {
        BuildHost host = BuildHost.here();
        if (!host.builds().maySee()) {
            return List.of();
        }
        return Stream.concat(kept().stream(), told(host).stream()).toList();
    }

    /** As many as a page bears. */
    public List<Image> getFirst() {
        List<Image> all = getImages();
        return all.subList(0, Math.min(all.size(), SHOWN));
    }

    private List<Image> told(BuildHost host) {
        try {
            return noted().isEmpty()
                    ? List.of()
                    : StoredImages.of(
                            host.store().requests(noted()),
                            told -> host.builds().seen(host.readable(told)));
        } catch (EngineException e) {
            LOGGER.log(Level.FINE, e, () -> "The images of " + run + " cannot be read of the history");
            return List.of();
        }
    }

    /** The build's number; for lists of several builds. */
    @Exported(visibility = 2)
    public int getBuild() {
        return run.getNumber();
    }

    public Run<?, ?> getRun() {
        return run;
    }

    @Override
    public void onAttached(Run<?, ?> r) {
        run = r;
    }

    @Override
    public void onLoad(Run<?, ?> r) {
        run = r;
    }

    @Override
    public String getIconFileName() {
        return null;
    }

    @Override
    public String getDisplayName() {
        return Labels.of("images");
    }

    @Override
    public String getUrlName() {
        return "release-images";
    }
}
