package scanline.lab.survival;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.Arrays;
import java.util.Set;
import org.apache.lucene.tests.mockfile.FilterFileChannel;
import org.apache.lucene.tests.mockfile.FilterFileSystemProvider;
import org.apache.lucene.tests.mockfile.FilterInputStream2;
import org.apache.lucene.tests.mockfile.FilterOutputStream2;

/** The machine's disk, with a watcher who is told of each call before it happens, and who can make it fail. */
final class WatchedDisk extends FilterFileSystemProvider {
    private final Watcher watcher;

    /** Is told of calls. */
    @FunctionalInterface
    interface Watcher {
        /** Before a call; an exception is the call's failure. A write that fails has written its first half. */
        void before(DiskCall call) throws IOException;
    }

    WatchedDisk(Watcher watcher) {
        super("watched://", FileSystems.getDefault());
        this.watcher = watcher;
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
        watcher.before(new DiskCall.CreateFolder(toDelegate(folder)));
        super.createDirectory(folder, attributes);
    }

    @Override
    public void delete(Path file) throws IOException {
        watcher.before(new DiskCall.Delete(toDelegate(file)));
        super.delete(file);
    }

    @Override
    public boolean deleteIfExists(Path file) throws IOException {
        try {
            delete(file);
            return true;
        } catch (NoSuchFileException _) {
            return false;
        }
    }

    @Override
    public void move(Path from, Path to, CopyOption... options) throws IOException {
        watcher.before(new DiskCall.Move(toDelegate(from), toDelegate(to)));
        super.move(from, to, options);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path folder, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        watcher.before(new DiskCall.Read(toDelegate(folder)));
        return super.newDirectoryStream(folder, filter);
    }

    @Override
    public InputStream newInputStream(Path file, OpenOption... options) throws IOException {
        watcher.before(new DiskCall.Read(toDelegate(file)));
        return new FilterInputStream2(super.newInputStream(file, options)) {
            @Override
            public int read(byte[] bytes, int from, int count) throws IOException {
                watcher.before(new DiskCall.Read(toDelegate(file)));
                return super.read(bytes, from, count);
            }
        };
    }

    @Override
    public OutputStream newOutputStream(Path file, OpenOption... options) throws IOException {
        if (!Set.of(options).equals(Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
            throw new UnsupportedOperationException("only new files are written: " + Arrays.toString(options));
        }
        Path real = toDelegate(file);
        watcher.before(new DiskCall.Create(real));
        return new FilterOutputStream2(super.newOutputStream(file, options)) {
            @Override
            public void write(byte[] bytes, int from, int count) throws IOException {
                try {
                    watcher.before(new DiskCall.Append(real, Arrays.copyOfRange(bytes, from, from + count)));
                } catch (IOException e) {
                    delegate.write(bytes, from, count / 2);
                    throw e;
                }
                delegate.write(bytes, from, count);
            }

            @Override
            public void write(byte[] bytes) throws IOException {
                write(bytes, 0, bytes.length);
            }

            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one});
            }
        };
    }

    @Override
    public SeekableByteChannel newByteChannel(Path file, Set<? extends OpenOption> options,
            FileAttribute<?>... attributes) throws IOException {
        if (options.contains(StandardOpenOption.WRITE) || options.contains(StandardOpenOption.APPEND)) {
            throw new UnsupportedOperationException("files are written as streams");
        }
        return newFileChannel(file, options, attributes);
    }

    @Override
    public FileChannel newFileChannel(Path file, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        Path real = toDelegate(file);
        watcher.before(new DiskCall.Read(real));
        return new FilterFileChannel(super.newFileChannel(file, options, attributes)) {
            @Override
            public void force(boolean metadata) throws IOException {
                watcher.before(new DiskCall.Force(real));
                super.force(metadata);
            }

            @Override
            public int read(ByteBuffer bytes) throws IOException {
                watcher.before(new DiskCall.Read(real));
                return super.read(bytes);
            }

            @Override
            public int read(ByteBuffer bytes, long position) throws IOException {
                watcher.before(new DiskCall.Read(real));
                return super.read(bytes, position);
            }

            @Override
            public int write(ByteBuffer bytes) {
                throw new UnsupportedOperationException("files are written as streams");
            }

            @Override
            public int write(ByteBuffer bytes, long position) {
                throw new UnsupportedOperationException("files are written as streams");
            }
        };
    }
}
