package io.jenkins.plugins.releasetrain.host;

import com.cloudbees.plugins.credentials.CredentialsProvider;
import com.cloudbees.plugins.credentials.common.StandardCredentials;
import hudson.ProxyConfiguration;
import hudson.model.Action;
import hudson.model.Cause;
import hudson.model.Computer;
import hudson.model.Item;
import hudson.model.ItemGroup;
import hudson.model.Job;
import hudson.model.Node;
import hudson.model.Run;
import hudson.security.ACL;
import hudson.security.ACLContext;
import hudson.security.Permission;
import hudson.security.SecurityRealm;
import io.jenkins.plugins.releasetrain.engine.history.Reader;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.registry.RegistrySettings;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.security.Access;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.net.PasswordAuthentication;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import jenkins.model.Jenkins;
import jenkins.util.Timer;
import org.kohsuke.accmod.Restricted;
import org.kohsuke.accmod.restrictions.NoExternalUse;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;

/** The plugin's only way to Jenkins itself: threads, timers, its directory, its builds and its access control. */
@Restricted(NoExternalUse.class)
public final class Controller implements Loop.Host, Builds {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final int ID_LENGTH = 12;
    /** Actions of the plugin that draws pipelines; by name, as it need not be installed and has renamed its pages. */
    private static final String GRAPH_VIEW = "io.jenkins.plugins.pipelinegraphview.";
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

    /** It is about to end: whoever comes next under this identity, wherever, need not wait. */
    void leave() {
        Twins watched = twins;
        if (watched != null) {
            watched.leave();
        }
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

    /** A job has another full name from now on, by the current user. */
    void moved(String from, String to) {
        movedJobs().moved(from, to, may(ReleasePermissions.CONFIGURE) ? "" : user());
    }

    /** A job is new, whatever one of its name was before. */
    void created(String job) {
        movedJobs().created(job);
    }

    /** What a job was called before people renamed or moved it who may not say which jobs release. */
    List<Access.Former> formerNames(String job) {
        return movedJobs().formerNames(job);
    }

    /** A page of this site, for readers of any other that shares the store; relative where its own address is unknown. */
    public String address(String relative) {
        return Optional.ofNullable(Jenkins.get().getRootUrl()).orElse("") + relative;
    }

    /** Page of a build, below its own, that shows a node of its pipeline; empty where no plugin has one. */
    Optional<String> nodePage(Run<?, ?> build) {
        return build.getAllActions().stream()
                .filter(action -> action.getClass().getName().startsWith(GRAPH_VIEW))
                .map(Action::getUrlName)
                .filter(Objects::nonNull)
                .map(name -> name + "/")
                .findFirst();
    }

    /** The current user, as far as jobs may be seen: one that exists no more may be seen by administrators only. */
    public Reader reader() {
        return (may(Jenkins.ADMINISTER) ? Reader.ALL : new Reader(this::sees)).without(this::isGone);
    }

    /** By its directory: a page may name a hundred builds, which are not loaded for that. */
    private boolean isGone(String build) {
        int number = build.lastIndexOf('#');
        try {
            Item job = Jenkins.get().getItemByFullName(movedJobs().now(build.substring(0, number)));
            return job == null
                    || job instanceof Job<?, ?> j
                            && !new File(j.getBuildDir(), build.substring(number + 1)).isDirectory();
        } catch (AccessDeniedException e) {
            return false;
        }
    }

    @Override
    public boolean maySee() {
        return may(ReleasePermissions.VIEW);
    }

    @Override
    public void checkMaySee() {
        check(ReleasePermissions.VIEW);
    }

    @Override
    public String seen(String text) {
        return reader().seen(text);
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

    @Override
    public boolean isForEverybody(String job) {
        try (ACLContext ignored = ACL.as2(SOMEBODY)) {
            return sees(job);
        }
    }

    @Override
    public Origin origin(Run<?, ?> build, String step) {
        Cause.UserIdCause user = build.getCause(Cause.UserIdCause.class);
        return new Origin(
                build.getExternalizableId(),
                address(build.getUrl()) + Origin.STEP + step,
                user == null || user.getUserId() == null ? "" : user.getUserId(),
                Optional.of(id()),
                Askers.first(build),
                Askers.began(build));
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
