package io.jenkins.plugins.releasetrain.engine.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.lock.ManualClock;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.model.ImageLabels;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.registry.Registry;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.Store;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DescriberTest {
    private static final String KEY = "org.opencontainers.image.";

    private final Store store = SqlStore.open(StoreSettings.inMemory("describer"));
    private final ManualClock clock = new ManualClock();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Event> events = new ArrayList<>();
    private final Map<String, byte[]> contents = new HashMap<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger atOnce = new AtomicInteger();
    private final AtomicInteger mostAtOnce = new AtomicInteger();
    private volatile RuntimeException trouble;
    private final Registry registry = (Registry) Proxy.newProxyInstance(
            Registry.class.getClassLoader(),
            new Class<?>[] {Registry.class},
            (proxy, method, a) -> switch (method.getName()) {
                case "host" -> "registry.example.com";
                case "manifest" ->
                    Optional.ofNullable(asked((String) a[1]))
                            .map(c -> new Registry.Manifest(
                                    new Registry.Descriptor("", new Digest((String) a[1]), c.length), c));
                case "blob" -> asked(((Digest) a[1]).value());
                default -> throw new UnsupportedOperationException(method.getName());
            });
    private final Describer describer = new Describer(
            store, image -> List.of(new Describer.Place(registry, image.repository())), threads, clock, e -> {
                synchronized (events) {
                    events.add(e);
                }
            });

    @AfterEach
    void close() {
        threads.shutdownNow();
        store.close();
    }

    private byte[] asked(String digest) {
        requests.incrementAndGet();
        mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
        try {
            if (trouble != null) {
                throw trouble;
            }
            return contents.get(digest);
        } finally {
            atOnce.decrementAndGet();
        }
    }

    private Digest put(String content) {
        byte[] bytes = content.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        Digest digest = Digest.sha256(bytes);
        contents.put(digest.value(), bytes);
        return digest;
    }

    private Digest image(String labels, String annotations) {
        String config = "{'config':{'Labels':{" + labels + "}}}";
        Digest digest = put(config);
        return put("{'config':{'digest':'" + digest + "','size':" + config.length() + "},'annotations':{" + annotations
                + "}}");
    }

    private void queue(Digest digest) {
        String id = "c" + store.version("train/shop");
        Change change = new Change(
                id,
                new TreeMap<>(Map.of("cart", new PinnedImage("shop/cart", digest, "latest"))),
                Origin.UNKNOWN,
                clock.instant(),
                0,
                true);
        store.append(
                "train/shop", store.version("train/shop"), clock.instant(), List.of(new Event.ChangeQueued(change)));
    }

    private ImageLabels labels(Digest digest) {
        return store.images(List.of(digest)).get(digest).labels();
    }

    @Test
    void labelsAreReadOnce() throws Exception {
        Digest digest = image("'" + KEY + "version':'1.4.2','" + KEY + "revision':'1a2b3c4'", "");
        queue(digest);

        assertThat(describer.run()).isEqualTo(1);
        assertThat(labels(digest)).isEqualTo(new ImageLabels("1.4.2", "1a2b3c4", "", ""));
        assertThat(requests).hasValue(2);

        queue(digest);
        assertThat(describer.run()).isZero();
        assertThat(requests).hasValue(2);
        assertThat(events).hasSize(1);
    }

    @Test
    void annotationsOfAnIndexWinAndItsFirstPlatformIsRead() throws Exception {
        Digest manifest = image("'" + KEY + "version':'1.0','" + KEY + "created':'then'", "'" + KEY + "version':'1.1'");
        Digest index = put("{'annotations':{'" + KEY + "version':'1.2'},'manifests':["
                + "{'digest':'sha256:" + "0".repeat(64) + "','size':10,'platform':{'os':'unknown'}},"
                + "{'digest':'" + manifest + "','size':300,'platform':{'os':'linux'}}]}");
        queue(index);
        describer.run();

        assertThat(labels(index)).isEqualTo(new ImageLabels("1.2", "", "", "then"));
        assertThat(requests).hasValue(3);
    }

    @Test
    void hostileDocumentsSayNothing() throws Exception {
        Digest noJson = put("not json");
        Digest large = put("{'config':{'digest':'sha256:" + "1".repeat(64) + "','size':2097152}}");
        Digest strange = put("{'config':'x','manifests':'y','annotations':[1]}");
        Digest tricky = image(
                "'" + KEY + "version':'" + "x".repeat(1_000_000) + "','" + KEY + "source':'javascript:alert(1)','" + KEY
                        + "revision':{'a':1},'" + KEY + "created':7",
                "");
        List<Digest> all = List.of(noJson, large, strange, tricky);
        all.forEach(this::queue);
        assertThat(describer.run()).isEqualTo(4);

        all.subList(0, 3).forEach(d -> assertThat(labels(d)).isEqualTo(ImageLabels.NONE));
        assertThat(labels(tricky).version()).hasSize(201);
        assertThat(labels(tricky).source()).isEmpty();
        assertThat(labels(tricky).revision()).isEmpty();
    }

    /** 500, 429 or anything else: nobody is told, and it is tried again twice. */
    @Test
    void I11_aRegistryInTroubleIsAskedAgainAfterAnHourAndADay() throws Exception {
        Digest digest = image("'" + KEY + "version':'1'", "");
        queue(digest);
        trouble = new EngineException(FailureKind.UNAVAILABLE, "500");
        assertThat(describer.run()).isZero();
        assertThat(describer.run()).isZero();
        assertThat(requests).hasValue(1);
        clock.advance(Duration.ofHours(1));
        describer.run();
        describer.run();
        assertThat(requests).hasValue(2);
        clock.advance(Duration.ofDays(1));
        describer.run();
        assertThat(requests).hasValue(3);
        clock.advance(Duration.ofDays(30));
        trouble = null;
        assertThat(describer.run()).isZero();
        assertThat(requests).hasValue(3);
    }

    /** Another controller was quicker. */
    @Test
    void whoIsSecondAppendsNothing() throws Exception {
        Digest digest = image("'" + KEY + "version':'1'", "");
        queue(digest);
        Describer other = new Describer(
                store, i -> List.of(new Describer.Place(registry, "shop/cart")), threads, clock, events::add);
        assertThat(other.run()).isEqualTo(1);
        assertThat(describer.run()).isZero();
        assertThat(store.version("image/" + digest.hex())).isEqualTo(1);
    }

    @Test
    void manyAreReadTwoAtATimeAndNoneIsReadTwice() throws Exception {
        for (int i = 0; i < 300; i++) {
            queue(image("'" + KEY + "version':'1." + i + "'", ""));
        }
        assertThat(describer.run()).isEqualTo(300);
        assertThat(requests).hasValue(600);
        assertThat(mostAtOnce.get()).isLessThanOrEqualTo(2);
        assertThat(describer.run()).isZero();
        assertThat(requests).hasValue(600);
    }
}
