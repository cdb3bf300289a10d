package io.jenkins.plugins.releasetrain.steps;

import hudson.Util;
import hudson.console.HyperlinkNote;
import hudson.model.Run;
import hudson.model.TaskListener;
import io.jenkins.plugins.releasetrain.engine.model.BuildNames;
import io.jenkins.plugins.releasetrain.host.BuildHost;
import io.jenkins.plugins.releasetrain.host.Passenger;
import io.jenkins.plugins.releasetrain.host.Words;
import java.io.IOException;
import java.util.function.Supplier;
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

    /** What clusters and registries say in their own words may be of many lines, which are not a build's own. */
    private static final int LONGEST = 5_000;

    private Logs() {}

    /** A build that has ended meanwhile is told nothing. */
    static void say(StepContext context, BuildHost host, String line) {
        say(context, host, line, "");
    }

    /** The same, with links to whose body judges, where whoever reads this log may see that build. */
    static void say(StepContext context, BuildHost host, String line, Passenger.Judge by) {
        String links = "";
        try {
            if (!by.log().isEmpty() && maySee(context, host, by.build())) {
                links = " (" + HyperlinkNote.encodeTo(target(by.log()), "log")
                        + (by.tests().isEmpty() ? "" : ", " + HyperlinkNote.encodeTo(target(by.tests()), "tests"))
                        + ")";
            }
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.FINE, e, () -> "Links are left out of: " + line);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        String told = links;
        print(context, host, line, () -> told);
    }

    private static boolean maySee(StepContext context, BuildHost host, String build)
            throws IOException, InterruptedException {
        return build.indexOf('#') > 0
                && seen(context, host, build, UnaryOperator.identity()).equals(build);
    }

    /** As hyperlinks of logs want it: a whole address, or one below Jenkins' root. */
    private static String target(String address) {
        return address.startsWith("http:") || address.startsWith("https:") ? address : "/" + address;
    }

    /**
     * The same, with a link.
     *
     * @param page below Jenkins' root; empty for none
     */
    static void say(StepContext context, BuildHost host, String line, String page) {
        print(
                context,
                host,
                line,
                () -> page.isEmpty() ? "" : " (" + HyperlinkNote.encodeTo("/" + page, "details") + ")");
    }

    private static void print(StepContext context, BuildHost host, String line, Supplier<String> more) {
        try {
            TaskListener listener = context.get(TaskListener.class);
            if (listener != null) {
                String told = seen(context, host, readable(host, line), Logs::linked);
                listener.getLogger().println("[release-train] " + told + more.get());
            }
        } catch (IOException | RuntimeException e) {
            LOGGER.log(Level.FINE, e, () -> "Could not tell " + context + ": " + line);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A sentence of which the build's log and page may tell everything. */
    static String seen(StepContext context, BuildHost host, String text) {
        String told = readable(host, text);
        try {
            return seen(context, host, told, UnaryOperator.identity());
        } catch (IOException e) {
            return BuildNames.seen(told, job -> false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return BuildNames.seen(told, job -> false);
        }
    }

    private static String readable(BuildHost host, String text) {
        return host.readable(Words.line(text, LONGEST));
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
