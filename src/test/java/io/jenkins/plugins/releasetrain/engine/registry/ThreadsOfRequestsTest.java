package io.jenkins.plugins.releasetrain.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.testkit.registry.EmbeddedRegistry;
import io.jenkins.plugins.releasetrain.testkit.registry.RegistryOptions;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImage;
import io.jenkins.plugins.releasetrain.testkit.registry.SampleImages;
import java.lang.management.ManagementFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** On up to two cores the common pool runs each task in a thread of its own; where there are more, this cannot fail. */
class ThreadsOfRequestsTest {
    private static final int REQUESTS = 300;

    @Test
    void documents_are_asked_for_without_a_thread_each() throws Exception {
        try (EmbeddedRegistry registry = EmbeddedRegistry.start(RegistryOptions.DEFAULT)) {
            SampleImages.at(registry.origin()).push("shop/cart", "1", SampleImage.empty());
            FakeTime time = new FakeTime();
            HttpRegistry client =
                    new HttpRegistry(RegistrySettings.of(registry.host()).withPlainHttp(), time, time);
            ask(client, REQUESTS);
            long before = ManagementFactory.getThreadMXBean().getTotalStartedThreadCount();

            ask(client, REQUESTS);

            assertThat(ManagementFactory.getThreadMXBean().getTotalStartedThreadCount() - before)
                    .isLessThan(REQUESTS / 3);
        }
    }

    private static void ask(HttpRegistry client, int times) {
        IntStream.range(0, times)
                .forEach(i -> assertThat(client.tags("shop/cart")).containsExactly("1"));
    }
}
