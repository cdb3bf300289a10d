package io.jenkins.plugins.releasetrain.engine.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.h2.store.fs.FileBaseDefault;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.async.FilePathAsync;

/**
 * H2's file access as we use it, of which a directory with a file {@code READ_ONLY} cannot be changed and one with a file
 * {@code FULL} has no room; others are as they were. A test that runs as root meets neither on a disk.
 */
public final class TroubledFiles extends FilePathAsync {
    enum Trouble {
        READ_ONLY,
        FULL
    }

    /** For the whole process; changes nothing where nobody asked for trouble. */
    static void install() {
        FilePath.register(new TroubledFiles());
    }

    static void begin(Path directory, Trouble trouble) throws IOException {
        Files.writeString(directory.resolve(trouble.name()), "");
    }

    static void end(Path directory, Trouble trouble) throws IOException {
        Files.delete(directory.resolve(trouble.name()));
    }

    private boolean has(Trouble trouble) {
        Path file = Path.of(name.substring(getScheme().length() + 1));
        return file.getParent() != null && Files.exists(file.resolveSibling(trouble.name()));
    }

    @Override
    public boolean canWrite() {
        return !has(Trouble.READ_ONLY) && super.canWrite();
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        FileChannel file = super.open(mode);
        return new FileBaseDefault() {
            @Override
            public int read(ByteBuffer target, long position) throws IOException {
                return file.read(target, position);
            }

            @Override
            public int write(ByteBuffer source, long position) throws IOException {
                if (has(Trouble.FULL)) {
                    throw new IOException("No space left on device");
                }
                return file.write(source, position);
            }

            @Override
            public long size() throws IOException {
                return file.size();
            }

            @Override
            protected void implTruncate(long size) throws IOException {
                file.truncate(size);
            }

            @Override
            public void force(boolean metaData) throws IOException {
                file.force(metaData);
            }

            @Override
            public java.nio.channels.FileLock tryLock(long position, long size, boolean shared) throws IOException {
                return file.tryLock(position, size, shared);
            }

            @Override
            protected void implCloseChannel() throws IOException {
                file.close();
            }
        };
    }
}
