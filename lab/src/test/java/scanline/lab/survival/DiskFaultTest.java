package scanline.lab.survival;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import scanline.engine.file.FileAccessException;
import scanline.lab.recipe.RecipeException;
import scanline.lab.run.Result;
import scanline.lab.run.Run;

/** Lets the n-th call of a run to the disk fail, for every n. */
class DiskFaultTest {
    @TempDir
    private static Path data;

    private static SmallRun small;

    @TempDir
    private Path folder;

    @BeforeAll
    static void writeData() throws IOException {
        small = new SmallRun(data);
    }

    /** What goes wrong. */
    private enum Fault {
        NO_SPACE, INPUT_OUTPUT, NO_PERMISSION;

        IOException on(Path path) {
            return switch (this) {
                case NO_SPACE -> new FileSystemException(path.toString(), null, "No space left on device");
                case INPUT_OUTPUT -> new IOException("Input/output error");
                case NO_PERMISSION -> new AccessDeniedException(path.toString());
            };
        }
    }

    /** A part of a run, on a disk whose call number {@code n} fails. */
    @FunctionalInterface
    private interface Part {
        Result run(Path folder) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void afterADiskFaultARunResumesToTheSameWeights(Fault fault) throws IOException {
        Result uninterrupted = small.train(folder.resolve("whole"));
        int failures = failEachCall(fault, small::train, uninterrupted, _ -> {});
        assertThat(failures).isGreaterThan(60);
        System.out.println(fault + ": " + failures + " calls failed");
    }

    @ParameterizedTest
    @EnumSource
    void afterADiskFaultAResumedRunResumesToTheSameWeights(Fault fault) throws IOException {
        Result uninterrupted = small.train(folder.resolve("whole"));
        int failures = failEachCall(fault, run -> small.resume(run, 0), uninterrupted, small::half);
        assertThat(failures).isGreaterThan(60);
    }

    /** Prepares a folder on a disk that works. */
    @FunctionalInterface
    private interface Before {
        void prepare(Path folder) throws IOException;
    }

    private int failEachCall(Fault fault, Part part, Result uninterrupted, Before before) throws IOException {
        for (int n = 0;; n++) {
            Path run = folder.resolve(fault + "-" + n);
            before.prepare(run);
            AtomicInteger left = new AtomicInteger(n);
            AtomicLong moved = new AtomicLong();
            AtomicLong saved = new AtomicLong();
            WatchedDisk disk = new WatchedDisk(call -> {
                if (left.getAndDecrement() == 0) {
                    throw fault.on(run);
                }
                if (!(call instanceof DiskCall.Read || call instanceof DiskCall.Force)) {
                    saved.set(moved.get());
                }
                if (call instanceof DiskCall.Move(Path from, Path to) && to.endsWith("last.safetensors")) {
                    moved.set(SmallRun.step(from));
                }
            });
            Result result = null;
            try {
                result = part.run(disk.wrapPath(run));
            } catch (FileAccessException | RecipeException e) {
                assertThat(e.getMessage()).contains(folder.toString()).doesNotContain("\n")
                        .matches(".*(No space left on device|Input/output error|permission denied)");
            }
            if (result == null && Run.is(run)) {
                result = small.resume(run, saved.get());
            } else if (result == null) {
                Run.requireNew(run);
                result = small.train(run);
            }
            assertThat(result.lastWeights()).isEqualTo(uninterrupted.lastWeights());
            assertThat(result.bestWeights()).isEqualTo(uninterrupted.bestWeights());
            if (left.get() >= 0) {
                return n;
            }
        }
    }
}
