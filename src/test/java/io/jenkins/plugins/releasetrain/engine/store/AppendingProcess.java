package io.jenkins.plugins.releasetrain.engine.store;

import io.jenkins.plugins.releasetrain.engine.event.Event;
import io.jenkins.plugins.releasetrain.engine.model.Digest;
import io.jenkins.plugins.releasetrain.engine.model.Verdict;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A process that appends from several threads until it is killed, and says so after each append: {@code stream version
 * ok}. Argument: the directory of the H2 file; a second one for whole cycles of a train instead of changes alone.
 */
final class AppendingProcess {
    static final int THREADS = 4;

    private AppendingProcess() {}

    public static void main(String[] args) {
        SqlStore store = SqlStore.open(StoreSettings.h2(Path.of(args[0])));
        for (int i = 0; i < THREADS; i++) {
            String stream = "train/" + i;
            boolean cycles = args.length > 1;
            new Thread(() -> {
                        if (cycles) {
                            cycle(store, stream, System.out);
                        } else {
                            append(store, stream, System.out);
                        }
                    })
                    .start();
        }
    }

    private static void append(Store store, String stream, PrintStream out) {
        long version = store.version(stream);
        while (true) {
            String change = stream + "#" + (version + 1);
            version = store.append(stream, version, Samples.AT, List.of(Samples.queued(change)));
            out.println(stream + " " + version + " ok");
        }
    }

    static void cycle(Store store, String stream, PrintStream out) {
        long version = store.version(stream);
        for (int n = (int) version + 1; ; n++) {
            String id = stream.substring("train/".length()) + "-" + n;
            for (List<Event> step : steps(stream, n, id)) {
                version = store.append(stream, version, Samples.AT.plusSeconds(n), step);
                out.println(stream + " " + version + " ok");
            }
        }
    }

    private static List<List<Event>> steps(String stream, int n, String id) {
        Digest set = Digest.sha256(id);
        Event made = new Event.ReleaseMade(
                id,
                stream.substring("train/".length()),
                n,
                Event.Kind.MONO,
                set,
                "",
                "",
                Samples.images("cart", n),
                List.of("c" + id),
                "t" + id,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        return List.of(
                List.of(Samples.queued("c" + id), Samples.queued("d" + id)),
                List.of(
                        new Event.BatchDeparted("b" + id, List.of("c" + id, "d" + id), set),
                        Samples.trial("t" + id, "b" + id, set)),
                List.of(new Event.TrialInstalled("t" + id, List.of("cart"), 1_000 + n)),
                List.of(Samples.verdict("t" + id, set, "all", Verdict.PASSED), made),
                List.of(
                        new Event.ReleasePromoted(id, "p" + id),
                        new Event.ChangeEnded("c" + id, Event.Outcome.RELEASED, "its trial passed", id),
                        new Event.ChangeEnded("d" + id, Event.Outcome.EJECTED, "2 tests failed", ""),
                        new Event.BatchEnded("b" + id, List.of())));
    }
}
