package io.jenkins.plugins.releasetrain.pages;

import hudson.Extension;
import hudson.model.RootAction;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.host.ReleaseService;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import org.kohsuke.stapler.HttpResponse;
import org.kohsuke.stapler.HttpResponses;
import org.kohsuke.stapler.QueryParameter;
import org.kohsuke.stapler.interceptor.RequirePOST;

/** Pauses, resumes and rolls back trains: {@code POST release-trains/…}. */
@Extension
public final class TrainsAction implements RootAction {
    private static final int BAD_REQUEST = 400;

    @Override
    public String getIconFileName() {
        return null;
    }

    @Override
    public String getDisplayName() {
        return "Release trains";
    }

    @Override
    public String getUrlName() {
        return "release-trains";
    }

    @RequirePOST
    public HttpResponse doPause(@QueryParameter String train, @QueryParameter String reason) {
        ReleaseService.get().controller().check(ReleasePermissions.RUN);
        return answer(() -> ReleaseService.get().train(train).pause(reason, user()));
    }

    @RequirePOST
    public HttpResponse doResume(@QueryParameter String train) {
        ReleaseService.get().controller().check(ReleasePermissions.RUN);
        return answer(() -> ReleaseService.get().train(train).resume(user()));
    }

    /** Trials go on, but nothing is released. */
    @RequirePOST
    public HttpResponse doHold(@QueryParameter String train, @QueryParameter String reason) {
        ReleaseService.get().controller().check(ReleasePermissions.PROMOTE);
        return answer(() -> ReleaseService.get().train(train).hold(reason, user()));
    }

    @RequirePOST
    public HttpResponse doFree(@QueryParameter String train) {
        ReleaseService.get().controller().check(ReleasePermissions.PROMOTE);
        return answer(() -> ReleaseService.get().train(train).free(user()));
    }

    /** Blocks the images that a release brought, in every train, lane and promotion. */
    @RequirePOST
    public HttpResponse doMarkBad(@QueryParameter String release, @QueryParameter String reason) {
        ReleaseService.get().controller().check(ReleasePermissions.ROLLBACK);
        return answer(() -> ReleaseService.get().blocks().markBad(release, reason == null ? "" : reason, user()));
    }

    @RequirePOST
    public HttpResponse doUnblock(@QueryParameter String digest) {
        ReleaseService.get().controller().check(ReleasePermissions.ROLLBACK);
        return answer(() -> ReleaseService.get().blocks().unblock(digest(digest), user()));
    }

    private static Digest digest(String value) {
        if (value == null || !Digest.isDigest(value)) {
            throw EngineException.invalid("'" + value + "' is not a digest; one is written sha256: and 64 hex digits");
        }
        return new Digest(value);
    }

    /** The release is made, installed and promoted in the background. */
    @RequirePOST
    public HttpResponse doRollback(@QueryParameter String train, @QueryParameter String release) {
        ReleaseService.get().controller().check(ReleasePermissions.ROLLBACK);
        return answer(() -> ReleaseService.get().train(train).rollBack(release, user()));
    }

    private static String user() {
        return ReleaseService.get().controller().user();
    }

    private static HttpResponse answer(Runnable work) {
        try {
            work.run();
            return HttpResponses.ok();
        } catch (EngineException e) {
            return HttpResponses.error(BAD_REQUEST, e.getMessage());
        }
    }
}
