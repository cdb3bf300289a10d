package io.jenkins.plugins.releasetrain.actions;

import hudson.Util;
import hudson.model.Run;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import jenkins.model.RunAction2;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** The images that a build made, tested or promoted. The history does not need it: it is in the store. */
@ExportedBean
public final class ImagesAction implements RunAction2 {
    /**
     * Replaced as a whole and never changed, since any save of the build walks over it at any moment. Null as an older
     * file may leave it.
     */
    private volatile ArrayList<Image> images = new ArrayList<>();

    private transient Run<?, ?> run;

    /** One image. No record: XStream cannot read those on the baseline, and loses what follows them in build.xml. */
    @ExportedBean(defaultVisibility = 2)
    public static final class Image implements Serializable {
        private static final long serialVersionUID = 1;
        private static final int SHORT = 12;

        private final String service;
        private final String image;
        private final String digest;
        private final String release;
        private final String verdict;
        private final String why;

        /**
         * @param digest empty where it is not known
         * @param release empty for none
         * @param verdict for example {@code released}, {@code ejected}, {@code tracked}
         * @param why in words
         */
        public Image(String service, String image, String digest, String release, String verdict, String why) {
            this.service = service;
            this.image = image;
            this.digest = digest;
            this.release = release;
            this.verdict = verdict;
            this.why = why;
        }

        /** What there is but once in a build. */
        private List<String> key() {
            return List.of(getService(), getDigest().isEmpty() ? getImage() : getDigest());
        }

        @Exported
        public String getService() {
            return Util.fixNull(service);
        }

        @Exported
        public String getImage() {
            return Util.fixNull(image);
        }

        @Exported
        public String getDigest() {
            return Util.fixNull(digest);
        }

        /** For people; the whole digest is in the link. */
        public String getShortDigest() {
            String hex = getDigest().substring(getDigest().indexOf(':') + 1);
            return hex.substring(0, Math.min(SHORT, hex.length()));
        }

        @Exported
        public String getRelease() {
            return Util.fixNull(release);
        }

        @Exported
        public String getVerdict() {
            return Util.fixNull(verdict);
        }

        @Exported
        public String getWhy() {
            return Util.fixNull(why);
        }
    }

    /** Adds images to a build's action, which is made where it is missing; saves the build once. */
    public static void add(Run<?, ?> run, List<Image> added) throws IOException {
        if (added.isEmpty()) {
            return;
        }
        synchronized (run) {
            ImagesAction action = run.getAction(ImagesAction.class);
            if (action == null) {
                action = new ImagesAction();
                run.addAction(action);
            }
            action.put(added);
        }
        run.save();
    }

    private void put(List<Image> added) {
        LinkedHashMap<List<String>, Image> all = new LinkedHashMap<>();
        Stream.concat(kept().stream(), added.stream()).forEach(image -> {
            all.remove(image.key());
            all.put(image.key(), image);
        });
        images = new ArrayList<>(all.values());
    }

    private List<Image> kept() {
        List<Image> now = images;
        return now == null ? List.of() : now.stream().filter(Objects::nonNull).toList();
    }

    /** None for who may not see releases. */
    @Exported(visibility = 2)
    public List<Image> getImages() {
        return ReleaseService.get().controller().may(ReleasePermissions.VIEW) ? kept() : List.of();
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
        return "Images";
    }

    @Override
    public String getUrlName() {
        return "release-images";
    }
}
