package io.jenkins.plugins.releasetrain.actions;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import edu.umd.cs.findbugs.annotations.NonNull;
import hudson.Extension;
import hudson.model.Item;
import hudson.model.Job;
import hudson.model.View;
import hudson.views.ListViewColumn;
import hudson.views.ListViewColumnDescriptor;
import io.jenkins.plugins.releasetrain.host.BuildHost;
import io.jenkins.plugins.releasetrain.labels.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jenkinsci.Symbol;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.DataBoundConstructor;
import org.kohsuke.stapler.Stapler;
import org.kohsuke.stapler.StaplerRequest2;

/** A column of job lists: what each job released last, and where its newest build stands. */
@Restricted(NoExternalUse.class)
public final class ReleasedColumn extends ListViewColumn {
    private static final String KEPT = ReleasedColumn.class.getName();

    @DataBoundConstructor
    public ReleasedColumn() {}

    /** Null where it has released nothing, or the reader may not see releases. */
    @CheckForNull
    public NewestReleases.Shown shown(Item item) {
        if (!(item instanceof Job<?, ?> job)) {
            return null;
        }
        StaplerRequest2 request = Stapler.getCurrentRequest2();
        Map<String, NewestReleases.Shown> all = kept(request);
        if (all == null) {
            all = DescriptorImpl.newest(jobs(request, job));
            if (request != null) {
                request.setAttribute(KEPT, all);
            }
        }
        return all.get(job.getFullName());
    }

    /** The first row of a list asks for all of them. */
    @SuppressWarnings("unchecked")
    private static Map<String, NewestReleases.Shown> kept(StaplerRequest2 request) {
        return request == null ? null : (Map<String, NewestReleases.Shown>) request.getAttribute(KEPT);
    }

    private static List<Job<?, ?>> jobs(StaplerRequest2 request, Job<?, ?> one) {
        List<Job<?, ?>> jobs = new ArrayList<>();
        View view = request == null ? null : request.findAncestorObject(View.class);
        if (view != null) {
            view.getItems().forEach(item -> {
                if (item instanceof Job<?, ?> job) {
                    jobs.add(job);
                }
            });
        }
        if (!jobs.contains(one)) {
            jobs.add(one);
        }
        return jobs;
    }

    /** Offered where columns of a list are chosen; nobody gets it unasked. */
    @Extension
    @Symbol("releasedColumn")
    public static final class DescriptorImpl extends ListViewColumnDescriptor {
        static Map<String, NewestReleases.Shown> newest(List<Job<?, ?>> jobs) {
            return NewestReleases.of(jobs, BuildHost.here());
        }

        @NonNull
        @Override
        public String getDisplayName() {
            return Labels.of("column.released");
        }

        @Override
        public boolean shownByDefault() {
            return false;
        }
    }
}
