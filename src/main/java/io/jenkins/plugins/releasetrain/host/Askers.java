package io.jenkins.plugins.releasetrain.host;

import hudson.ExtensionList;
import hudson.model.Cause;
import hudson.model.Item;
import hudson.model.Run;
import hudson.model.User;
import hudson.security.ACL;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.security.Access;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import jenkins.model.Jenkins;
import jenkins.scm.api.SCMHead;
import jenkins.scm.api.SCMHeadOrigin;
import jenkins.scm.api.mixin.ChangeRequestSCMHead;
import org.jenkinsci.plugins.workflow.cps.replay.ReplayCause;
import org.jenkinsci.plugins.workflow.flow.FlowExecutionOwner;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;

/** Builds as access is asked for: what is read of Jenkins, while {@link Access} decides. */
record Askers(Controller controller) {
    private static final Access.Person UNKNOWN = new Access.Person("somebody whose build is deleted", false, false);

    Access.Rider rider(Run<?, ?> build, Authentication as) {
        String job = build.getParent().getFullName();
        return new Access.Rider(
                job,
                source(build.getParent()),
                editor(build),
                as.equals(ACL.SYSTEM2) ? Optional.empty() : Optional.of(person(as)),
                controller.formerNames(job));
    }

    /** The same later on; of a build that is not here (any more) by its job. */
    Access.Rider rider(Origin origin) {
        String job = origin.build().substring(0, Math.max(origin.build().lastIndexOf('#'), 0));
        return Optional.of(origin)
                .filter(controller::isOurs)
                .flatMap(o -> controller.build(o.build()))
                .map(build -> rider(build, identity(build)))
                .orElseGet(() -> new Access.Rider(
                        job,
                        Access.Source.OWN,
                        Optional.empty(),
                        Optional.empty(),
                        controller.isOurs(origin) ? controller.formerNames(job) : java.util.List.of()));
    }

    private static Authentication identity(Run<?, ?> build) {
        FlowExecutionOwner owner =
                build instanceof FlowExecutionOwner.Executable program ? program.asFlowExecutionOwner() : null;
        try {
            return owner == null ? ACL.SYSTEM2 : owner.get().getAuthentication2();
        } catch (IOException e) {
            throw new EngineException(
                    FailureKind.UNAVAILABLE, "Whom " + build + " runs as cannot be read: " + e.getMessage(), e);
        }
    }

    /** Who edited the pipeline by hand: a build that is restarted from a stage runs what the one before it ran. */
    private Optional<Access.Person> editor(Run<?, ?> build) {
        if (build.getCause(ReplayCause.class) != null) {
            Cause.UserIdCause started = build.getCause(Cause.UserIdCause.class);
            return Optional.of(person(started == null ? null : started.getUserId()));
        }
        return repeats(build)
                .flatMap(number -> Optional.<Run<?, ?>>ofNullable(
                                build.getParent().getBuildByNumber(number))
                        .map(this::editor)
                        .orElse(Optional.of(UNKNOWN)));
    }

    private static Optional<Integer> repeats(Run<?, ?> build) {
        return ExtensionList.lookup(Repetition.class).stream()
                .map(way -> way.of(build))
                .flatMap(Optional::stream)
                .filter(number -> number < build.getNumber())
                .findFirst();
    }

    /** Number of the build of the same job that a build does again, the first one where that is a repetition itself. */
    static Optional<Long> first(Run<?, ?> build) {
        return repeats(build)
                .map(number -> Optional.<Run<?, ?>>ofNullable(build.getParent().getBuildByNumber(number))
                        .flatMap(Askers::first)
                        .orElse(number.longValue()));
    }

    /** When it began or, of one that does another again, that other one; empty where that is deleted. */
    static Optional<Instant> began(Run<?, ?> build) {
        return first(build)
                .<Optional<Run<?, ?>>>map(
                        number -> Optional.ofNullable(build.getParent().getBuildByNumber(number.intValue())))
                .orElse(Optional.of(build))
                .map(run -> Instant.ofEpochMilli(run.getStartTimeInMillis()));
    }

    private static Access.Source source(Item job) {
        SCMHead head = SCMHead.HeadByItem.findHead(job);
        if (!(head instanceof ChangeRequestSCMHead)) {
            return Access.Source.OWN;
        }
        return head.getOrigin() instanceof SCMHeadOrigin.Fork ? Access.Source.FORK : Access.Source.CHANGE_REQUEST;
    }

    private Access.Person person(Authentication who) {
        return new Access.Person(
                who.getName(),
                controller.may(who, ReleasePermissions.RUN),
                controller.may(who, ReleasePermissions.PROMOTE));
    }

    /** Who is not known any more may nothing; who was never signed in may what everybody may, and Jenkins itself may all. */
    private Access.Person person(String id) {
        if (id == null || id.equals(ACL.ANONYMOUS_USERNAME)) {
            return person(Jenkins.ANONYMOUS2);
        } else if (id.equals(ACL.SYSTEM_USERNAME)) {
            return person(ACL.SYSTEM2);
        }
        User user = User.getById(id, false);
        try {
            return user == null ? new Access.Person(id, false, false) : person(user.impersonate2());
        } catch (AuthenticationException e) {
            return new Access.Person(id, false, false);
        }
    }
}
