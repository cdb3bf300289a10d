package io.jenkins.plugins.releasetrain.actions;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Action;
import hudson.model.Api;
import hudson.model.Item;
import hudson.model.Job;
import hudson.model.Run;
import io.jenkins.plugins.releasetrain.host.BuildHost;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import jenkins.model.TransientActionFactory;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.StaplerProxy;
import org.kohsuke.stapler.export.Exported;
import org.kohsuke.stapler.export.ExportedBean;

/** A job's images by build, newest first. */
@ExportedBean
@Restricted(NoExternalUse.class)
public final class JobImagesAction implements Action, StaplerProxy {
    private static final int BUILDS = 10;

    private final Job<?, ?> job;
    private final BuildHost host;

    JobImagesAction(Job<?, ?> job, BuildHost host) {
        this.job = job;
        this.host = host;
    }

    public Job<?, ?> getJob() {
        return job;
    }

    /** As subpages of jobs call it. */
    public Job<?, ?> getObject() {
        return job;
    }

    /** So many builds are looked at: all others are in the history, where none has to be loaded. */
    public int getLimit() {
        return BUILDS;
    }

    /** What the page and its API show is for who may see both the job and releases. */
    @Override
    public Object getTarget() {
        job.checkPermission(Item.READ);
        host.builds().checkMaySee();
        return this;
    }

    public Api getApi() {
        return new Api(this);
    }

    /** Of the newest builds that have images. */
    @Exported
    public List<ImagesAction> getBuilds() {
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

    /** What the job released last, for its own page, or what the configuration gives it by name; null for nothing, or where the reader may not see releases. */
    @CheckForNull
    public NewestReleases.Shown getNewest() {
        return NewestReleases.of(List.of(job), host).get(job.getFullName());
    }

    @Override
    public String getIconFileName() {
        return host.builds().maySee() && hasImages() ? "symbol-cube" : null;
    }

    /** Asked on every page of every job, so only of builds that Jenkins has at hand: the newest, and the last good one. */
    private boolean hasImages() {
        return Stream.of(job.getLastBuild(), job.getLastSuccessfulBuild())
                .anyMatch(run -> run != null && run.getAction(ImagesAction.class) != null);
    }

    @Override
    public String getDisplayName() {
        return Labels.of("images");
    }

    @Override
    public String getUrlName() {
        return "release-images";
    }

    /** Adds the list to every job; it shows itself only where the newest builds have images. */
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
            return List.of(new JobImagesAction(target, BuildHost.here()));
        }
    }
}
