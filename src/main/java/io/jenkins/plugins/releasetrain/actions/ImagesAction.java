package io.jenkins.plugins.releasetrain.actions;

import hudson.model.Run;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import jenkins.model.RunAction2;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** The images that a build made, tested or promoted. The history does not need it: it is in the store. */
@ExportedBean
public final class ImagesAction implements RunAction2 {
    private final List<Image> images = new ArrayList<>();
    private transient Run<?, ?> run;

    /**
     * One image.
     *
     * @param verdict for example {@code released}, {@code ejected}, {@code tracked}
     * @param why in words
     */
    @ExportedBean(defaultVisibility = 2)
    public record Image(String service, String image, String digest, String release, String verdict, String why)
            implements Serializable {
        private static final int SHORT = 12;

        @Exported
        public String getService() {
            return service;
        }

        @Exported
        public String getImage() {
            return image;
        }

        @Exported
        public String getDigest() {
            return digest;
        }

        /** For people; the whole digest is in the link. */
        public String getShortDigest() {
            String hex = digest.substring(digest.indexOf(':') + 1);
            return hex.substring(0, Math.min(SHORT, hex.length()));
        }

        @Exported
        public String getRelease() {
            return release;
        }

        @Exported
        public String getVerdict() {
            return verdict;
        }

        @Exported
        public String getWhy() {
            return why;
        }
    }

    /** Adds an image to a build's action, which is made where it is missing. */
    public static void add(Run<?, ?> run, Image image) {
        ImagesAction action;
        synchronized (run) {
            action = run.getAction(ImagesAction.class);
            if (action == null) {
                action = new ImagesAction();
                run.addAction(action);
            }
        }
        synchronized (action.images) {
            action.images.removeIf(
                    i -> i.service().equals(image.service()) && i.digest().equals(image.digest()));
            action.images.add(image);
        }
        try {
            run.save();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** None for who may not see releases. */
    @Exported(visibility = 2)
    public List<Image> getImages() {
        if (!ReleaseService.get().controller().may(ReleasePermissions.VIEW)) {
            return List.of();
        }
        synchronized (images) {
            return List.copyOf(images);
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
        return "Images";
    }

    @Override
    public String getUrlName() {
        return "release-images";
    }
}
