package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.cloudbees.plugins.credentials.CredentialsScope;
import com.cloudbees.plugins.credentials.SystemCredentialsProvider;
import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl;
import com.sun.management.OperatingSystemMXBean;
import hudson.ExtensionList;
import hudson.model.Result;
import io.jenkins.plugins.releasetrain.config.EnvironmentConfiguration;
import io.jenkins.plugins.releasetrain.config.ReleaseTrainConfiguration;
import io.jenkins.plugins.releasetrain.config.StoreConfiguration;
import io.jenkins.plugins.releasetrain.config.TrainConfiguration;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import jenkins.model.Jenkins;
import org.jenkinsci.plugins.workflow.job.WorkflowJob;
import org.jenkinsci.plugins.workflow.job.WorkflowRun;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.MockAuthorizationStrategy;

/**
 * What many builds, many pages and a sick database cost. Small by default; {@code -Dreleasetrain.waiting=1000},
 * {@code -Dreleasetrain.pages=300}, {@code -Dreleasetrain.settle=60} and {@code -Dreleasetrain.away=600} (seconds) give the
 * figures, which are printed.
 */
class LoadTest extends ShopTest {
    private static final int WAITING = Integer.getInteger("releasetrain.waiting", 40);
    private static final int AWAY = Integer.getInteger("releasetrain.away", 15);
    private static final int PAGES = Integer.getInteger("releasetrain.pages", 30);
    private static final int TRAINS = 20;
    /** Seconds until they know how many they are, and so long it is then looked at. */
    private static final int SETTLE = Integer.getInteger("releasetrain.settle", 10);
    /** Of Jenkins' own pools and of whatever else comes and goes. */
    private static final int SOME = 40;

    private static final String BROWSER = "browser";
    /** Of an HTTP client; those of the plugin have nothing to do meanwhile. */
    private static final String SELECTOR = "HttpClient-\\d+-SelectorManager";

    private static int threads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    private static long megabytes() {
        System.gc();
        return (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) / 1_000_000;
    }

    /** Design §4: waiting holds no executor and no thread. */
    @Test
    void waitingBuildsHoldNoThreads() throws Exception {
        shop.build("cart", "1.1");
        Shop.operate("PAUSE", "they gather");
        int threads = threads();
        long heap = megabytes();
        List<WorkflowRun> builds = new ArrayList<>();
        WorkflowJob job = Shop.job(
                jenkins,
                "test",
                "monoRelease(train: 'shop', service: 'cart', image: '1.1', promote: false) { echo 'ok' }");
        for (int i = 0; i < WAITING; i++) {
            builds.add(Shop.start(job));
        }
        for (WorkflowRun build : builds) {
            jenkins.waitForMessage("Queued for train 'shop'", build);
        }
        Shop.await("the threads to go", () -> threads() < threads + SOME);
        System.out.println("[figures] " + WAITING + " waiting builds: threads " + threads + " -> " + threads()
                + ", heap " + heap + " -> " + megabytes() + " MB");

        Shop.operate("RESUME", "");
        for (WorkflowRun build : builds) {
            ended(Result.SUCCESS, build);
        }
    }

    /** A database that is away: nobody waits for it in a thread, and no outcome is lost. */
    @Test
    void B6_I8_aDatabaseThatIsAwayUnderLoadPilesUpNoThreadsAndLosesNoOutcome() throws Exception {
        for (String service : Shop.SERVICES) {
            shop.build(service, "1.1");
        }
        try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .setServerConfig("listen_addresses", "127.0.0.1")
                        .start();
                Relay relay = new Relay(server.getPort())) {
            use(relay.port());
            List<WorkflowRun> builds = new ArrayList<>();
            for (String service : List.of("cart", "mail")) {
                builds.add(Shop.start(Shop.job(
                        jenkins,
                        service,
                        "monoRelease(train: 'shop', service: '" + service + "', image: '1.1') { gate 'train' }")));
            }
            builds.add(Shop.start(Shop.job(
                    jenkins, "lane", "microRelease(environment: 'cd', candidates: [pay: '1.1']) { gate 'lane' }")));
            GateStep.awaitWaiting("train");
            GateStep.awaitWaiting("lane");
            int threads = threads();
            relay.cut();
            GateStep.open("train");
            GateStep.open("lane");
            for (int i = 0; i < 5; i++) {
                builds.add(Shop.start(Shop.job(
                        jenkins,
                        "late" + i,
                        "monoRelease(train: 'shop', service: 'cart', image: '1.1', promote: false) { echo 'ok' }")));
            }
            int most = readWhileItIsAway(threads);
            relay.mend();

            for (WorkflowRun build : builds) {
                ended(Result.SUCCESS, build);
            }
            System.out.println("[figures] database away for " + AWAY + " s: threads " + threads + ", at most " + most
                    + "; outcomes lost: 0 of " + builds.size());
        }
    }

    /** S7: pages that many people have open ask as often as the server bears, and are answered from memory. */
    @Test
    void S7_openPagesOfManyTrainsAskNoMoreThanTheServerBears() throws Exception {
        manyTrains();
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, ReleasePermissions.VIEW)
                .everywhere()
                .toEveryone());
        ScheduledExecutorService pages = Executors.newScheduledThreadPool(4, LoadTest::browser);
        OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        Thread.sleep(Duration.ofSeconds(SETTLE).toMillis());
        long cpu = process.getProcessCpuTime();
        Thread.sleep(Duration.ofSeconds(SETTLE).toMillis());
        double seconds = SETTLE;
        double idle = (process.getProcessCpuTime() - cpu) / 1e9 / seconds;
        AtomicInteger asked = new AtomicInteger();
        List<Integer> wrong = new CopyOnWriteArrayList<>();
        for (int i = 0; i < PAGES; i++) {
            Page page = new Page(jenkins.getURL().toURI(), pages, asked, wrong);
            pages.schedule(page, i * 3_000L / PAGES, TimeUnit.MILLISECONDS);
        }
        Thread.sleep(Duration.ofSeconds(SETTLE).toMillis());
        cpu = process.getProcessCpuTime();
        long browsers = browsers();
        int before = asked.get();
        Thread.sleep(Duration.ofSeconds(SETTLE).toMillis());
        double perSecond = (asked.get() - before) / seconds;
        double clients = (browsers() - browsers) / 1e9 / seconds;
        double core = (process.getProcessCpuTime() - cpu) / 1e9 / seconds - clients;
        pages.shutdownNow();
        System.out.printf(
                "[figures] %d open pages, %d trains: %.1f requests a second, %.1f %% of a core (%.1f %% without pages),"
                        + " and %.1f %% for the clients%n",
                PAGES, TRAINS, perSecond, 100 * core, 100 * idle, 100 * clients);
        assertThat(wrong).isEmpty();
        assertThat(perSecond).isBetween(0.1, 40.0);
    }

    private static Thread browser(Runnable work) {
        return new Thread(work, BROWSER);
    }

    /** Nanoseconds of processor time of all that asks, as far as its threads live. */
    private static long browsers() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(t -> t != null
                        && (t.getThreadName().equals(BROWSER)
                                || t.getThreadName().matches(SELECTOR)))
                .mapToLong(t -> Math.max(0, threads.getThreadCpuTime(t.getThreadId())))
                .sum();
    }

    private static void manyTrains() {
        ReleaseTrainConfiguration configuration = ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class);
        List<EnvironmentConfiguration> environments = new ArrayList<>(configuration.getEnvironments());
        List<TrainConfiguration> trains = new ArrayList<>(configuration.getTrains());
        for (int i = trains.size(); i < TRAINS; i++) {
            EnvironmentConfiguration one = new EnvironmentConfiguration("staging-" + i, "staging-" + i);
            one.setServerUrl(environments.get(0).getServerUrl());
            environments.add(one);
            trains.add(new TrainConfiguration("train-" + i, "shop", "staging-" + i));
        }
        configuration.setEnvironments(environments);
        configuration.setTrains(trains);
    }

    /** The page of all trains, as its script asks. */
    private static final class Page implements Runnable {
        private static final HttpClient CLIENT = HttpClient.newBuilder()
                .executor(Executors.newFixedThreadPool(2, LoadTest::browser))
                .build();

        private final URI root;
        private final ScheduledExecutorService pages;
        private final AtomicInteger asked;
        private final List<Integer> wrong;
        private String etag = "\"none\"";
        private int again;

        Page(URI root, ScheduledExecutorService pages, AtomicInteger asked, List<Integer> wrong) {
            this.root = root;
            this.pages = pages;
            this.asked = asked;
            this.wrong = wrong;
        }

        private HttpResponse<Void> ask(String path) throws IOException, InterruptedException {
            asked.incrementAndGet();
            HttpResponse<Void> answer = CLIENT.send(
                    HttpRequest.newBuilder(root.resolve("release-trains/" + path))
                            .header("Release-Train-Waited", String.valueOf(again))
                            .header("If-None-Match", etag)
                            .build(),
                    HttpResponse.BodyHandlers.discarding());
            if (answer.statusCode() != 200 && answer.statusCode() != 304) {
                wrong.add(answer.statusCode());
            }
            return answer;
        }

        @Override
        public void run() {
            try {
                HttpResponse<Void> overview = ask("api/overview");
                etag = overview.headers().firstValue("ETag").orElse(etag);
                again = overview.headers()
                        .firstValue("Release-Train-Again")
                        .map(Integer::valueOf)
                        .orElse(3);
                pages.schedule(this, again, TimeUnit.SECONDS);
            } catch (IOException e) {
                wrong.add(0);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** As many pages as people open, which ask again and again; returns the most threads that there were. */
    private int readWhileItIsAway(int before) throws Exception {
        ExecutorService pages = Executors.newFixedThreadPool(8);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(AWAY);
        URI now = jenkins.getURL().toURI().resolve("release-trains/api/now");
        Set<Integer> statuses = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < 8; i++) {
            pages.submit(() -> {
                HttpClient client = HttpClient.newHttpClient();
                while (System.nanoTime() < end) {
                    statuses.add(
                            client.send(HttpRequest.newBuilder(now).build(), HttpResponse.BodyHandlers.discarding())
                                    .statusCode());
                    Thread.sleep(500);
                }
                return null;
            });
        }
        int most = before;
        while (System.nanoTime() < end) {
            most = Math.max(most, threads());
            Thread.sleep(200);
        }
        pages.shutdownNow();
        assertThat(statuses).as("pages are told so").contains(503);
        assertThat(most).isLessThan(before + 2 * SOME);
        return most;
    }

    private static void use(int port) throws Exception {
        SystemCredentialsProvider.getInstance()
                .getCredentials()
                .add(new UsernamePasswordCredentialsImpl(CredentialsScope.SYSTEM, "store", "", "postgres", "postgres"));
        StoreConfiguration store = new StoreConfiguration("127.0.0.1", "postgres");
        store.setPort(port);
        store.setCredentialsId("store");
        ExtensionList.lookupSingleton(ReleaseTrainConfiguration.class).setStore(store);
        Shop.awaitStore();
    }

    /** A connection to a database that can be cut, with all that goes over it. */
    private static final class Relay implements AutoCloseable {
        private final int target;
        private final int port;
        private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private ServerSocket server;

        Relay(int target) throws IOException {
            this.target = target;
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            port = server.getLocalPort();
            serve(server);
        }

        int port() {
            return port;
        }

        private void serve(ServerSocket listening) {
            threads.submit(() -> {
                while (!listening.isClosed()) {
                    Socket from = listening.accept();
                    Socket to = new Socket(InetAddress.getLoopbackAddress(), target);
                    sockets.addAll(List.of(from, to));
                    copy(from, to);
                    copy(to, from);
                }
                return null;
            });
        }

        private void copy(Socket from, Socket to) {
            threads.submit(() -> {
                try (from;
                        to) {
                    return from.getInputStream().transferTo(to.getOutputStream());
                }
            });
        }

        void cut() throws IOException {
            server.close();
            for (Socket socket : sockets) {
                socket.close();
            }
            sockets.clear();
        }

        void mend() throws IOException {
            server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
            serve(server);
        }

        @Override
        public void close() throws IOException {
            cut();
            threads.shutdownNow();
        }
    }
}
