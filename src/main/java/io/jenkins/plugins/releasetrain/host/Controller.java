package io.jenkins.plugins.releasetrain.host;

import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.common.StandardCredentials;
import hudson.ExtensionList;
import hudson.ProxyConfiguration;
import hudson.model.Cause;
import hudson.model.Computer;
import hudson.model.Item;
import hudson.model.ItemGroup;
import hudson.model.Job;
import hudson.model.Node;
import hudson.model.Run;
import hudson.model.User;
import hudson.security.ACL;
import hudson.security.ACLContext;
import hudson.security.Permission;
import hudson.security.SecurityRealm;
import io.jenkins.plugins.releasetrain.engine.history.Reader;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.security.Access;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.PasswordAuthentication;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import jenkins.model.Jenkins;
import jenkins.scm.api.SCMHead;
import jenkins.scm.api.SCMHeadOrigin;
import jenkins.scm.api.mixin.ChangeRequestSCMHead;
import jenkins.util.Timer;
import org.jenkinsci.plugins.workflow.cps.replay.ReplayCause;
import org.jenkinsci.plugins.workflow.flow.FlowExecutionOwner;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;

/** The plugin's only way to Jenkins itself: threads, timers, its directory, its builds and its access control. */
@Restricted(NoExternalUse.class)
public final class Controller implements Loop.Host {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final int ID_LENGTH = 12;
    /** Signed in, and nobody in particular. */
    private static final Authentication SOMEBODY = new UsernamePasswordAuthenticationToken(
            "somebody who is signed in", "", List.of(SecurityRealm.AUTHENTICATED_AUTHORITY2));

    private final Set<String> tracked = ConcurrentHashMap.newKeySet();
    private final JenkinsProxy proxy = new JenkinsProxy(
            host -> Optional.ofNullable(Jenkins.get().getProxy()).map(p -> p.createProxy(host)),
            Controller::proxyLogin);
    private final RegistrySettings.Proxy registryProxy = proxy.forRegistries();
    private volatile boolean closed;
    private MovedJobs movedJobs;
    private volatile Twins twins;

    Controller() {}

    /** Nothing new is begun from now on. */
    void close() {
        closed = true;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    /** Without a bound, since work waits for other work there. */
    @Override
    public Executor threads() {
        return Computer.threadPoolForRemoting;
    }

    @Override
    public ScheduledFuture<?> later(Runnable work, Duration delay) {
        return Timer.get().schedule(work, delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** From now on it is seen whether another controller of this identity is active. */
    void watch(Supplier<Store> store, Clock clock) {
        twins = new Twins(store, this::id, this::place, clock);
    }

    /** The same after a restart, but not for a copy. */
    private String place() {
        String process = ManagementFactory.getRuntimeMXBean().getName();
        return process.substring(process.indexOf('@') + 1) + ":" + directory();
    }

    @Override
    public boolean isQuiet() {
        Twins watched = twins;
        return watched != null && watched.isAnotherOneActive();
    }

    String twinTrouble() {
        Twins watched = twins;
        return watched == null ? "" : watched.trouble().orElse("");
    }

    /** The same for ever, and another one than any other controller's. */
    public String id() {
        return Jenkins.get().getLegacyInstanceId().substring(0, ID_LENGTH);
    }

    /** Where this site is, as the source of CloudEvents. */
    String source() {
        return Optional.ofNullable(Jenkins.get().getRootUrl()).orElse("/") + "release-trains";
    }

    /** Through the proxy that is configured here. */
    HttpClient httpClient() {
        return ProxyConfiguration.newHttpClientBuilder()
                .connectTimeout(CONNECT_TIMEOUT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /** The same for all, so that connections can be shared. */
    RegistrySettings.Proxy registryProxy() {
        return registryProxy;
    }

    /** As it is configured when a connection is made. */
    JenkinsProxy proxy() {
        return proxy;
    }

    private static Optional<PasswordAuthentication> proxyLogin() {
        ProxyConfiguration configured = Jenkins.get().getProxy();
        return configured == null || configured.getUserName() == null
                ? Optional.empty()
                : Optional.of(new PasswordAuthentication(
                        configured.getUserName(),
                        configured.getSecretPassword().getPlainText().toCharArray()));
    }

    Path directory() {
        return Jenkins.get().getRootDir().toPath().resolve("release-train");
    }

    boolean isQuietingDown() {
        return Jenkins.get().isQuietingDown();
    }

    /** Whether this controller runs the build, and not another one that shares the store. */
    boolean isOurs(Origin origin) {
        return origin.controller().filter(c -> !c.equals(id())).isEmpty();
    }

    /** Whether a build goes on, as far as can be known: that of another controller does until its leases end. */
    boolean isAlive(Origin origin) {
        return !isOurs(origin) || build(origin.build()).filter(Run::isBuilding).isPresent();
    }

    /** @param build as {@link Run#getExternalizableId()} gives it */
    Optional<Run<?, ?>> build(String build) {
        int mark = build.lastIndexOf('#');
        if (mark < 0) {
            return Optional.empty();
        }
        Run<?, ?> found = Run.fromExternalizableId(build);
        String job = found == null ? movedJobs().now(build.substring(0, mark)) : "";
        return Optional.ofNullable(found == null ? Run.fromExternalizableId(job + build.substring(mark)) : found);
    }

    /** The build; where its record is deleted, the newest of its job, which sees the same credentials. */
    Optional<Run<?, ?>> buildOfSameJob(String build) {
        return build(build).or(() -> {
            int mark = build.lastIndexOf('#');
            Item job = mark < 0
                    ? null
                    : Jenkins.get().getItemByFullName(movedJobs().now(build.substring(0, mark)));
            return job instanceof Job<?, ?> known ? Optional.ofNullable(known.getLastBuild()) : Optional.empty();
        });
    }

    private synchronized MovedJobs movedJobs() {
        if (movedJobs == null) {
            movedJobs = new MovedJobs(directory().resolve("moved-jobs"));
        }
        return movedJobs;
    }

    /** A job has another full name from now on. */
    void moved(String from, String to) {
        movedJobs().moved(from, to);
    }

    /** A page of this site, for readers of any other that shares the store; relative where its own address is unknown. */
    public String address(String relative) {
        return Optional.ofNullable(Jenkins.get().getRootUrl()).orElse("") + relative;
    }

    /** The current user, as far as jobs may be seen: one that exists no more may be seen by administrators only. */
    public Reader reader() {
        return may(Jenkins.ADMINISTER) ? Reader.ALL : new Reader(this::sees);
    }

    /** By the name that it had; where it was moved since, by that too, since another job may have that name now. */
    private boolean sees(String job) {
        String moved = movedJobs().now(job);
        return moved.equals(job) ? isThere(job) : isThere(moved) && (isThere(job) || !exists(job));
    }

    private static boolean exists(String job) {
        try (ACLContext ignored = ACL.as2(ACL.SYSTEM2)) {
            return Jenkins.get().getItemByFullName(job) != null;
        }
    }

    private static boolean isThere(String job) {
        try {
            return Jenkins.get().getItemByFullName(job) != null;
        } catch (AccessDeniedException e) {
            return false;
        }
    }

    /** Whether everybody who is signed in may read the job, so that it may be told where it is not known who reads it. */
    public boolean isForEverybody(String job) {
        try (ACLContext ignored = ACL.as2(SOMEBODY)) {
            return sees(job);
        }
    }

    /** A build as access is asked for. */
    Access.Rider rider(Run<?, ?> build, Authentication as) {
        Cause.UserIdCause started = build.getCause(Cause.UserIdCause.class);
        Optional<Access.Person> replay = build.getCause(ReplayCause.class) == null
                ? Optional.empty()
                : Optional.of(person(started == null ? null : started.getUserId()));
        return new Access.Rider(
                build.getParent().getFullName(),
                source(build.getParent()),
                replay,
                as.equals(ACL.SYSTEM2) ? Optional.empty() : Optional.of(person(as)));
    }

    /** The same later on; of a build that is not here (any more) by its job. */
    Access.Rider rider(Origin origin) {
        String job = origin.build().substring(0, Math.max(origin.build().lastIndexOf('#'), 0));
        return Optional.of(origin)
                .filter(this::isOurs)
                .flatMap(o -> build(o.build()))
                .map(build -> rider(build, identity(build)))
                .orElseGet(() -> new Access.Rider(job, Access.Source.OWN, Optional.empty(), Optional.empty()));
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

    /** Number of the build of the same job that a build does again, the first one where that is a repetition itself. */
    public Optional<Long> repeated(Run<?, ?> build) {
        return ExtensionList.lookup(Repetition.class).stream()
                .map(way -> way.of(build))
                .flatMap(Optional::stream)
                .filter(number -> number < build.getNumber())
                .findFirst()
                .map(number -> Optional.<Run<?, ?>>ofNullable(build.getParent().getBuildByNumber(number))
                        .flatMap(this::repeated)
                        .orElse(number.longValue()));
    }

    private static Access.Source source(Item job) {
        SCMHead head = SCMHead.HeadByItem.findHead(job);
        if (!(head instanceof ChangeRequestSCMHead)) {
            return Access.Source.OWN;
        }
        return head.getOrigin() instanceof SCMHeadOrigin.Fork ? Access.Source.FORK : Access.Source.CHANGE_REQUEST;
    }

    private Access.Person person(Authentication who) {
        return new Access.Person(who.getName(), may(who, ReleasePermissions.RUN), may(who, ReleasePermissions.PROMOTE));
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

    boolean may(Authentication who, Permission permission) {
        return Jenkins.get().getACL().hasPermission2(who, permission);
    }

    /** @throws org.springframework.security.access.AccessDeniedException where the current user may not */
    public void check(Permission permission) {
        Jenkins.get().checkPermission(permission);
    }

    /** Whether the current user may. */
    public boolean may(Permission permission) {
        return Jenkins.get().hasPermission(permission);
    }

    /** Who asks now. */
    public String user() {
        return Jenkins.getAuthentication2().getName();
    }

    /** Notes that the controller itself uses credentials; once, since each note is written to disk. */
    <C extends StandardCredentials> C track(C credentials) {
        return tracked.add(credentials.getId())
                ? CredentialsProvider.track((Node) Jenkins.get(), credentials)
                : credentials;
    }

    /** Where credentials are looked for that belong to no job. */
    public ItemGroup<?> root() {
        return Jenkins.get();
    }
}
