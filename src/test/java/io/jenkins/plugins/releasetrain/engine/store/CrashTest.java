package io.jenkins.plugins.releasetrain.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.store.Store.RecordedEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashTest {
    private static final int ROUNDS = 3;
    private static final int ACKNOWLEDGED_PER_ROUND = 200;

    @TempDir
    private Path directory;

    @Test
    void I8_shouldStillHoldEveryAcknowledgedEventAfterKill9() throws Exception {
        Map<String, Long> acknowledged = new HashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            appendUntilKilled(acknowledged, List.of(directory.toString()));
            try (SqlStore store = SqlStore.open(StoreSettings.h2(directory))) {
                assertThat(acknowledged).hasSize(AppendingProcess.THREADS);
                acknowledged.forEach((stream, version) -> holds(store, stream, version));
            }
        }
    }

    private static void holds(SqlStore store, String stream, long version) {
        assertThat(store.version(stream)).as(stream).isGreaterThanOrEqualTo(version);
        assertThat(store.events(stream, 0, Integer.MAX_VALUE))
                .extracting(RecordedEvent::version)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, store.version(stream)).boxed().toList());
        assertThat(store.change(stream + "#" + version)).isPresent();
    }

    /** What was derived with the events is what is derived from them, nothing twice and nothing missing. */
    @Test
    void I8_shouldHoldWhatIsDerivedFromEachEventOnceAfterKill9() throws Exception {
        Map<String, Long> acknowledged = new HashMap<>();
        StoreSettings settings = StoreSettings.h2(directory);
        appendUntilKilled(acknowledged, List.of(directory.toString(), "cycles"));
        Map<String, Derived> survived = new HashMap<>();
        try (SqlStore store = SqlStore.open(settings)) {
            acknowledged.keySet().forEach(stream -> survived.put(stream, Derived.of(store, stream)));
        }
        survived.forEach((stream, derived) -> {
            assertThat(derived.version()).isGreaterThanOrEqualTo(acknowledged.get(stream));
            assertThat(derived.items()).extracting(Item::id).isNotEmpty().doesNotHaveDuplicates();
        });
        Derived.forget(settings);
        try (SqlStore store = SqlStore.open(settings)) {
            survived.forEach((stream, derived) ->
                    assertThat(withoutProduction(Derived.of(store, stream))).isEqualTo(withoutProduction(derived)));
        }
    }

    /** Several trains promote to one repository and install into one environment: who was last depends on the order. */
    private static Derived withoutProduction(Derived d) {
        return new Derived(d.version(), d.items(), d.days(), d.activity(), List.of(), List.of());
    }

    private static void appendUntilKilled(Map<String, Long> acknowledged, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                AppendingProcess.class.getName()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (BufferedReader lines = process.inputReader()) {
            int count = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ");
                // the last line may be cut
                if (words.length == 3 && "ok".equals(words[2])) {
                    acknowledged.merge(words[0], Long.valueOf(words[1]), Math::max);
                    count++;
                }
                if (count == ACKNOWLEDGED_PER_ROUND) {
                    // the process' own method would close its output, and with it what was acknowledged since
                    process.toHandle().destroyForcibly();
                }
            }
            assertThat(count).as("appends before the kill").isGreaterThanOrEqualTo(ACKNOWLEDGED_PER_ROUND);
            assertThat(process.waitFor()).as("killed, not ended").isNotZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
