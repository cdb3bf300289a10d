package io.jenkins.plugins.releasetrain.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.FailureKind;
import io.jenkins.plugins.releasetrain.engine.store.TroubledFiles.Trouble;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jdbi.v3.core.ConnectionException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A store whose file cannot be written, is damaged or is lost is told as such, with what helps. */
class StoreTroubleTest {
    @TempDir
    private Path directory;

    private StoreSettings settings;

    @BeforeAll
    static void files() {
        TroubledFiles.install();
    }

    @BeforeEach
    void store() {
        settings = StoreSettings.h2(directory);
        try (SqlStore store = SqlStore.open(settings)) {
            store.append("train/shop", 0, Samples.AT, List.of(Samples.queued("c1")));
        }
    }

    private static void fails(ThrowingCallable work, String... because) {
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(work)
                .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE))
                .extracting(EngineException::getMessage)
                .asString()
                .contains(because)
                .doesNotContain("opened by another process");
    }

    /** It has nothing to upgrade, so that it could be opened and read; every build would wait, and nobody would know why. */
    @Test
    void whatCannotBeWrittenIsNotOpened() throws IOException {
        TroubledFiles.begin(directory, Trouble.READ_ONLY);
        fails(() -> SqlStore.open(settings), "is read-only (SQL state 90097)", "Let it be written");

        TroubledFiles.end(directory, Trouble.READ_ONLY);
        try (SqlStore store = SqlStore.open(settings)) {
            assertThat(store.trouble()).isEmpty();
        }
    }

    @Test
    void whatHasNoRoomIsNotOpened() throws IOException {
        TroubledFiles.begin(directory, Trouble.FULL);

        fails(() -> SqlStore.open(settings), "has no room", "Make room");
    }

    @Test
    void I8_aDiskThatIsFullIsToldUntilThereIsRoom() throws Exception {
        try (SqlStore store = SqlStore.open(settings)) {
            TroubledFiles.begin(directory, Trouble.FULL);
            fails(() -> store.append("train/shop", 1, Samples.AT, List.of(Samples.ended("c1"))), "has no room");
            assertThat(store.trouble())
                    .startsWith("Could not write to the store: ")
                    .contains("has no room", "Make room");

            TroubledFiles.end(directory, Trouble.FULL);
            // longer than a connection is taken for valid after its last use
            Thread.sleep(600);
            store.append("train/shop", store.version("train/shop"), Samples.AT, List.of(Samples.ended("c1")));
            assertThat(store.trouble()).isEmpty();
        }
    }

    /** What somebody else was quicker with, or a value that is refused, is no trouble of the store. */
    @Test
    void whatIsRefusedIsNoTroubleOfTheStore() {
        try (SqlStore store = SqlStore.open(settings)) {
            assertThatExceptionOfType(EngineException.class)
                    .isThrownBy(() -> store.append("train/shop", 0, Samples.AT, List.of(Samples.ended("c1"))))
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.CONFLICT));
            assertThat(store.trouble()).isEmpty();
        }
    }

    /** H2 makes its file before it writes to it, so that whoever opens the same store then finds it empty for a moment. */
    @Test
    void anEmptyFileThatSomebodyMakesJustNowIsWaitedFor() throws Exception {
        Path file = directory.resolve("release-train.mv.db");
        Files.write(file, new byte[0]);
        FutureTask<Long> opener = new FutureTask<>(() -> {
            try (SqlStore store = SqlStore.open(settings)) {
                return store.version("train/shop");
            }
        });
        Thread thread = new Thread(opener);
        thread.start();
        while (!opener.isDone() && thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }

        Files.delete(file); // as good as one that is made: it is not empty any more

        assertThat(opener.get()).isZero();
    }

    /** As a full disk leaves it; H2 takes it for a new one. */
    @Test
    void anEmptyFileIsNoNewStore() throws IOException {
        Path file = directory.resolve("release-train.mv.db");
        Files.write(file, new byte[0]);

        fails(() -> SqlStore.open(settings), "is an empty file", "put back a backup", "delete it");
        fails(() -> SqlStore.inspect(settings), "is an empty file");
        assertThat(file).isEmptyFile();

        Files.delete(file);
        try (SqlStore store = SqlStore.open(settings)) {
            assertThat(store.version("train/shop")).isZero();
        }
    }

    @Test
    void aDamagedFileIsToldAsSuch() throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve("release-train.mv.db").toFile(), "rw")) {
            file.write(new byte[(int) file.length()]);
        }

        fails(() -> SqlStore.open(settings), "is damaged", "Put back a backup");
    }

    @ParameterizedTest
    @CsvSource({
        "90097, any, is read-only",
        "25006, any, is read-only",
        "53100, any, has no room",
        "90028, No space left on device, has no room",
        "90031, Disk quota exceeded, has no room",
        "90031, There is not enough space on the disk, has no room",
        "HY000, No space left on device, has no room",
        "90028, Input/output error, cannot read or write its file",
        "58030, any, cannot read or write its file",
        "90030, any, is damaged",
        "XX001, any, is damaged",
        "08001, any, is not available",
        "90020, any, is not available",
        "57P03, any, is not available"
    })
    void whatDatabasesSayOfTheirFiles(String state, String said, String told) {
        SQLException failure = new SQLException("of the driver", state, new IOException(said));

        EngineException e = SqlFailures.of("append", new ConnectionException(failure));

        assertThat(e).hasMessageStartingWith("Could not append: the database " + told + " (SQL state " + state + "). ");
        assertThat(e.kind()).isEqualTo(FailureKind.UNAVAILABLE);
    }
}
