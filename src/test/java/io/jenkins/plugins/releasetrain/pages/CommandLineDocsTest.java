package io.jenkins.plugins.releasetrain.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.history.Answer;
import io.jenkins.plugins.releasetrain.engine.history.HistoryApi;
import io.jenkins.plugins.releasetrain.engine.model.Change;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.ImageSet;
import io.jenkins.plugins.releasetrain.engine.model.Origin;
import io.jenkins.plugins.releasetrain.engine.model.PinnedImage;
import io.jenkins.plugins.releasetrain.engine.operation.Operation;
import io.jenkins.plugins.releasetrain.engine.store.SqlStore;
import io.jenkins.plugins.releasetrain.engine.store.StoreSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** people.md 2.11: each command of docs/rest.md is understood, and what it reads is there. */
class CommandLineDocsTest {
    private static final Instant AT = Instant.parse("2026-03-01T10:00:00Z");
    private static final Pattern COMMAND = Pattern.compile("(?m)^java -jar jenkins-cli\\.jar .*? release-train (.+)$");
    /** As a shell takes them: what is in quotes is one. */
    private static final Pattern WORD = Pattern.compile("(?:[^\\s']|'[^']*')+");

    private final SqlStore store =
            SqlStore.open(StoreSettings.inMemory(UUID.randomUUID().toString()));
    private final HistoryApi api = new HistoryApi(store, Clock.fixed(AT, ZoneOffset.UTC));

    @BeforeEach
    void release() {
        long version = 0;
        for (int n = 1; n <= 2; n++) {
            TreeMap<String, PinnedImage> images =
                    new TreeMap<>(Map.of("cart", new PinnedImage("shop/cart", Digest.sha256("cart" + n), "1." + n)));
            ImageSet set = ImageSet.of(images);
            store.saveSet(set, Optional.empty());
            version = store.append(
                    "train/shop",
                    version,
                    AT,
                    List.of(
                            new Event.ChangeQueued(new Change("c" + n, images, Origin.UNKNOWN, AT, 0, true)),
                            new Event.BatchDeparted("b" + n, List.of("c" + n), set.digest()),
                            new Event.ReleaseMade(
                                    "shop-" + n,
                                    "shop",
                                    n,
                                    Event.Kind.MONO,
                                    set.digest(),
                                    n == 1 ? "" : "shop-1",
                                    "",
                                    images,
                                    List.of("c" + n),
                                    "t" + n,
                                    Optional.empty(),
                                    Optional.empty(),
                                    Optional.empty()),
                            new Event.ReleasePromoted("shop-" + n, "p" + n),
                            new Event.ChangeEnded("c" + n, Event.Outcome.RELEASED, "its trial passed", "shop-" + n)));
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static List<List<String>> commands() throws IOException {
        Path document = Path.of(System.getProperty("repository.root", "")).resolve("docs/rest.md");
        return COMMAND.matcher(Files.readString(document))
                .results()
                .map(line -> words(line.group(1)).toList())
                .toList();
    }

    private static Stream<String> words(String line) {
        return WORD.matcher(line).results().map(MatchResult::group).map(word -> word.replace("'", ""));
    }

    @Test
    void whatTheDocumentReadsIsThere() throws IOException {
        List<CliRequest.Get> read = requests(CliRequest.Get.class);

        assertThat(read).hasSize(4);
        for (CliRequest.Get get : read) {
            Answer answer = api.get(get.path().substring(1), get.query(), "");
            assertThat(answer.status())
                    .as(get + ": " + new String(answer.body(), StandardCharsets.UTF_8))
                    .isEqualTo(200);
        }
    }

    @Test
    void whatTheDocumentDoesIsAnOperationOfATrainWithItsReason() throws IOException {
        List<CliRequest.Act> done = requests(CliRequest.Act.class);

        assertThat(done).hasSize(2);
        for (CliRequest.Act act : done) {
            assertThat(Operation.values())
                    .extracting(Enum::name)
                    .contains(act.asked().operation());
            assertThat(act.asked().train()).isEqualTo("shop");
            assertThat(act.plan() || !act.asked().reason().isBlank())
                    .as(act.toString())
                    .isTrue();
            assertThat(act.asked().subject().isEmpty()
                            || store.release(act.asked().subject()).isPresent())
                    .as(act.toString())
                    .isTrue();
        }
    }

    private static <R extends CliRequest> List<R> requests(Class<R> kind) throws IOException {
        return commands().stream()
                .map(CliRequest::of)
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }
}
