package io.jenkins.plugins.releasetrain.actions;

import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Action;
import hudson.model.Job;
import hudson.model.Run;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import jenkins.model.TransientActionFactory;

/** A job's images by build, newest first. */
public final class JobImagesAction implements Action {
    private static final int BUILDS = 50;

    private final Job<?, ?> job;

    JobImagesAction(Job<?, ?> job) {
        this.job = job;
    }

    public Job<?, ?> getJob() {
        return job;
    }

    /** Of the newest builds that have images. */
    public List<ImagesAction> getBuilds() {
        job.checkPermission(hudson.model.Item.READ);
        List<ImagesAction> found = new ArrayList<>();
        int looked = 0;
        for (Run<?, ?> run = job.getLastBuild(); run != null && looked < BUILDS; run = run.getPreviousBuild()) {
            looked++;
            ImagesAction images = run.getAction(ImagesAction.class);
            if (images != null) {
                found.add(images);
            }
        }
        return found;
    }

    @Override
    public String getIconFileName() {
        return getBuilds().isEmpty() ? null : "symbol-cube";
    }

    @Override
    public String getDisplayName() {
        return "Images";
    }

    @Override
    public String getUrlName() {
        return "release-images";
    }

    /** Adds the list to every job; it shows itself only where there are images. */
    @Extension
    @SuppressWarnings("rawtypes")
    public static final class Factory extends TransientActionFactory<Job> {
        @Override
        public Class<Job> type() {
            return Job.class;
        }

        @NonNull
        @Override
        public Collection<? extends Action> createFor(@NonNull Job target) {
            return List.of(new JobImagesAction(target));
        }
    }
}
