package io.jenkins.plugins.releasetrain.steps;

import hudson.Util;
import hudson.console.HyperlinkNote;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.releasetrain.engine.model.BuildNames;
import io.jenkins.plugins.releasetrain.host.BuildHost;
import java.io.IOException;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jenkinsci.plugins.workflow.steps.StepContext;

/**
 * Lines in a build's log from background threads. Whoever may read the build's job reads them, so that of other jobs' builds
 * only those are named that everybody may read who is signed in.
 */
final class Logs {
    private static final Logger LOGGER = Logger.getLogger(Logs.class.getName());

    private Logs() {}

    /** A build that has ended meanwhile is told nothing. */
    static void say(StepContext context, BuildHost host, String line) {
        say(context, host, line, "");
    }

    /**
     * The same, with a link.
     *
     * @param page below Jenkins' root; empty for none
     */
    static void say(StepContext context, BuildHost host, String line, String page) {
        try {
            TaskListener listener = context.get(TaskListener.class);
            if (listener != null) {
                String more = page.isEmpty() ? "" : " (" + HyperlinkNote.encodeTo("/" + page, "details") + ")";
                listener.getLogger().println("[release-train] " + seen(context, host, line, Logs::linked) + more);
            }
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.FINE, e, () -> "Could not tell " + context + ": " + line);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A sentence of which the build's log and page may tell everything. */
    static String seen(StepContext context, BuildHost host, String text) {
        try {
            return seen(context, host, text, UnaryOperator.identity());
        } catch (IOException e) {
            return BuildNames.seen(text, job -> false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return BuildNames.seen(text, job -> false);
        }
    }

    private static String seen(StepContext context, BuildHost host, String text, UnaryOperator<String> shown)
            throws IOException, InterruptedException {
        if (text.indexOf('#') < 0) {
            return text;
        }
        Run<?, ?> build = context.get(Run.class);
        String own = build == null ? "" : build.getParent().getFullName();
        return BuildNames.seen(text, job -> job.equals(own) || host.builds().isForEverybody(job), shown);
    }

    private static String linked(String build) {
        int mark = build.lastIndexOf('#');
        StringBuilder url = new StringBuilder();
        for (String part : build.substring(0, mark).split("/")) {
            url.append("/job/").append(Util.rawEncode(part));
        }
        return HyperlinkNote.encodeTo(url + "/" + build.substring(mark + 1) + "/", build);
    }
}
