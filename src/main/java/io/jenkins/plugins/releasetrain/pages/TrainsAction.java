package io.jenkins.plugins.releasetrain.pages;

import hudson.Extension;
import hudson.model.UnprotectedRootAction;
import io.jenkins.plugins.releasetrain.engine.history.Answer;
import io.jenkins.plugins.releasetrain.engine.history.Badge;
import io.jenkins.plugins.releasetrain.engine.history.Pace;
import io.jenkins.plugins.releasetrain.engine.history.Texts;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.operation.Operation;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi.Asked;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi.Caller;
import io.jenkins.plugins.releasetrain.host.Controller;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import jenkins.model.Jenkins;
import org.jvnet.localizer.Localizable;
import org.jvnet.localizer.ResourceBundleHolder;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.Stapler;
import org.kohsuke.stapler.StaplerProxy;
import org.kohsuke.stapler.StaplerRequest2;
import org.kohsuke.stapler.StaplerResponse2;
import org.kohsuke.stapler.interceptor.RequirePOST;
import org.kohsuke.stapler.verb.GET;

/**
 * {@code release-trains/}: the pages, which are one hollow view, the JSON API that fills them, and operations by POST.
 * Whoever lacks Release/View sees nothing of it, but for badges of services that an administrator shows to everybody: so
 * Jenkins lets everybody come here, and this class asks for the permissions to read Jenkins and to see releases.
 */
@Extension
@Restricted(NoExternalUse.class)
public final class TrainsAction implements UnprotectedRootAction, StaplerProxy {
    private static final Localizable DISPLAY_NAME =
            new Localizable(ResourceBundleHolder.get(TrainsAction.class), "displayName");
    /** By words or a person: what may not be seen is not found. */
    private static final Pattern SEARCHED = Pattern.compile("(^|&)(text|person)=");

    /** What open pages ask again and again. */
    private static final Pattern LIVE = Pattern.compile("^/?(now|overview|trains/.*|lanes/.*)$");

    /** How often all open pages together ask for what goes on. */
    private static final double PER_SECOND = 15;

    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;
    private static final int NOT_MODIFIED = 304;
    private static final Set<String> PAGES = Set.of(
            "overview",
            "now",
            "trains",
            "lanes",
            "bad",
            "history",
            "releases",
            "changes",
            "compare",
            "places",
            "matrix",
            "services",
            "digests",
            "verified",
            "trends",
            "audit",
            "find");

    private final Pace pace = new Pace(Clock.systemUTC(), PER_SECOND);

    @Override
    public String getIconFileName() {
        return controller().may(ReleasePermissions.VIEW) ? "symbol-train plugin-release-train" : null;
    }

    @Override
    public String getDisplayName() {
        return DISPLAY_NAME.toString();
    }

    @Override
    public String getUrlName() {
        return "release-trains";
    }

    @Override
    public Object getTarget() {
        StaplerRequest2 request = Stapler.getCurrentRequest2();
        if (request != null && request.getRestOfPath().equals("/badge")) {
            return this;
        }
        controller().check(Jenkins.READ);
        controller().check(ReleasePermissions.VIEW);
        return this;
    }

    /**
     * What production runs of a service, as a picture: for who may see releases, and for everybody where an administrator
     * says so. All else is not found, whether there is such a service or not.
     */
    @GET
    public void doBadge(StaplerRequest2 request, StaplerResponse2 response, @QueryParameter String service)
            throws IOException {
        String name = Objects.requireNonNullElse(service, "");
        Optional<Answer> badge = Optional.empty();
        try {
            if (ReleaseService.get().current().showsBadge(name)
                    || controller().may(Jenkins.READ) && controller().may(ReleasePermissions.VIEW)) {
                badge = Badge.of(ReleaseService.get().store(), name);
            }
        } catch (EngineException e) {
            // Why is for administrators, and is not told to everybody.
            response.sendError(UNAVAILABLE);
            return;
        }
        if (badge.isEmpty()) {
            response.sendError(NOT_FOUND);
            return;
        }
        response.setHeader("Content-Security-Policy", "default-src 'none'; sandbox");
        Answer picture = badge.get();
        boolean known = picture.etag().equals(request.getHeader("If-None-Match"));
        Responses.write(
                response, known ? new Answer(NOT_MODIFIED, picture.type(), picture.etag(), new byte[0]) : picture);
    }

    /** The history as JSON: {@code release-trains/api/…}. */
    @GET
    public void doApi(StaplerRequest2 request, StaplerResponse2 response) throws IOException {
        controller().check(ReleasePermissions.VIEW);
        String path = request.getOriginalRestOfPath();
        String query = Objects.requireNonNullElse(request.getQueryString(), "");
        response.setHeader(
                "Release-Train-Now", String.valueOf(ReleaseService.get().clock().millis()));
        if (LIVE.matcher(path).find()) {
            response.setHeader("Release-Train-Again", String.valueOf(pace.again(waited(request))));
        }
        send(response, () -> read(path, query, request.getHeader("If-None-Match")), UnaryOperator.identity());
    }

    /** What the API says to the current user, as far as it may be seen. */
    static Answer read(String path, String query, String known) {
        Answer answer = ReleaseService.get()
                .answers()
                .get(path + "?" + query, () -> ReleaseService.get().history().get(path, query, ""));
        return controller().reader().see(answer, isSearch(query), known);
    }

    /** What a page that is kept up to date says of itself. */
    private static double waited(StaplerRequest2 request) {
        try {
            return Double.parseDouble(Objects.requireNonNullElse(request.getHeader("Release-Train-Waited"), "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** The texts, and what the user may do. */
    @GET
    public void doContext(StaplerRequest2 request, StaplerResponse2 response) throws IOException {
        controller().check(ReleasePermissions.VIEW);
        send(response, () -> OperationsApi.context(caller(), request.getLocale()));
    }

    /** What is said for the engine's own sentences in the user's language. */
    @GET
    public void doSentences(StaplerRequest2 request, StaplerResponse2 response) throws IOException {
        controller().check(ReleasePermissions.VIEW);
        send(response, () -> OperationsApi.sentences(request.getLocale()));
    }

    @GET
    public void doBlocked(StaplerResponse2 response) throws IOException {
        controller().check(ReleasePermissions.VIEW);
        send(response, () -> operations().blocked());
    }

    /** What those who wait for a train may expect. */
    @GET
    public void doOutlook(StaplerResponse2 response, @QueryParameter String train) throws IOException {
        controller().check(ReleasePermissions.VIEW);
        send(
                response,
                () -> ReleaseService.get()
                        .answers()
                        .get("outlook " + train, () -> operations().outlook(() -> new Asked("", "", train, ""))));
    }

    /** The same of several, whose names are separated by commas. */
    @GET
    public void doOutlooks(StaplerResponse2 response, @QueryParameter String trains) throws IOException {
        controller().check(ReleasePermissions.VIEW);
        send(
                response,
                () -> ReleaseService.get()
                        .answers()
                        .get(
                                "outlooks " + trains,
                                () -> operations().outlooks(() -> Objects.requireNonNullElse(trains, ""))));
    }

    /** What an operation would do. */
    @GET
    public void doPlan(
            StaplerResponse2 response,
            @QueryParameter String operation,
            @QueryParameter String subject,
            @QueryParameter String train)
            throws IOException {
        controller().check(ReleasePermissions.VIEW);
        Asked asked = new Asked(operation, subject, train, "");
        send(response, () -> operations().plan(() -> asked, caller()));
    }

    /** Does an operation; each takes a permission of its own. */
    @RequirePOST
    public void doPerform(StaplerRequest2 request, StaplerResponse2 response) throws IOException {
        controller().check(ReleasePermissions.VIEW);
        Asked asked = new Asked(
                request.getParameter("operation"),
                request.getParameter("subject"),
                request.getParameter("train"),
                request.getParameter("reason"),
                request.getParameter("hold"),
                request.getParameter("bad"),
                request.getParameter("good"));
        send(response, () -> operations().perform(() -> asked, caller()));
    }

    /** All that the store holds, for administrators, with names of every job. */
    @GET
    public void doExport(StaplerResponse2 response) throws IOException {
        controller().check(Jenkins.ADMINISTER);
        Responses.download(response, "application/gzip", "release-train.jsonl.gz", ReleaseService.get()::export);
    }

    /** Every page is the same view; its script reads the address. */
    @GET
    public void doDynamic(StaplerRequest2 request, StaplerResponse2 response) throws IOException, ServletException {
        controller().check(ReleasePermissions.VIEW);
        String[] path = request.getRestOfPath().split("/");
        if (path.length > 1 && PAGES.contains(path[1])) {
            request.getView(this, "index").forward(request, response);
        } else {
            response.sendError(NOT_FOUND);
        }
    }

    /** Names can be encoded, too. */
    private static boolean isSearch(String query) {
        try {
            return SEARCHED.matcher(URLDecoder.decode(query, StandardCharsets.UTF_8))
                    .find();
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    public Texts textsIn(Locale language) {
        return Texts.of(language);
    }

    /** Whether the page leads to the configuration, which who may do nothing else is not led to by Manage Jenkins. */
    public boolean mayConfigure() {
        return controller().may(ReleasePermissions.CONFIGURE);
    }

    private static Controller controller() {
        return ReleaseService.get().controller();
    }

    static OperationsApi operations() {
        return ReleaseService.get().operations();
    }

    static Caller caller() {
        return new Caller(controller().user(), TrainsAction::may);
    }

    private static boolean may(Operation.Right right) {
        return controller()
                .may(
                        switch (right) {
                            case MANAGE -> ReleasePermissions.MANAGE;
                            case PROMOTE -> ReleasePermissions.PROMOTE;
                            case ROLLBACK -> ReleasePermissions.ROLLBACK;
                            case CONFIGURE -> ReleasePermissions.CONFIGURE;
                        });
    }

    private static void send(StaplerResponse2 response, Supplier<Answer> work) throws IOException {
        send(response, work, answer -> controller().reader().see(answer, false, ""));
    }

    /** @param seen what of it the reader may see */
    private static void send(StaplerResponse2 response, Supplier<Answer> work, UnaryOperator<Answer> seen)
            throws IOException {
        Answer answer;
        try {
            answer = seen.apply(work.get());
        } catch (EngineException e) {
            // The store cannot be opened.
            answer = OperationsApi.problem(UNAVAILABLE, e.getMessage());
        }
        Responses.write(response, answer);
    }
}
