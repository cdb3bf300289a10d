package io.jenkins.plugins.releasetrain.engine.store;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/**
 * A process that appends from several threads until it is killed, and says so after each append: {@code stream version
 * ok}. Argument: the directory of the H2 file.
 */
final class AppendingProcess {
    static final int THREADS = 4;

    private AppendingProcess() {}

    public static void main(String[] args) {
        SqlStore store = SqlStore.open(StoreSettings.h2(Path.of(args[0])));
        for (int i = 0; i < THREADS; i++) {
            String stream = "train/" + i;
            new Thread(() -> append(store, stream, System.out)).start();
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
}
