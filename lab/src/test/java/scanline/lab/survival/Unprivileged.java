package scanline.lab.survival;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Supplier;

/**
 * Makes the permissions of files hold for whoever runs the tests, root too: what may not be read or written cannot be opened.
 * (Only {@link java.nio.file.Files#isReadable} and its like, which ask for the user and not for the thread, still say yes to root.)
 */
public final class Unprivileged {
    private static final FunctionDescriptor SYSTEM_CALL = FunctionDescriptor.of(ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    // From linux/capability.h.
    private static final int VERSION_3 = 0x20080522;
    private static final int CAP_DAC_OVERRIDE = 1 << 1;
    private static final int CAP_DAC_READ_SEARCH = 1 << 2;

    private Unprivileged() {}

    /** Runs work in this thread without the two capabilities (of Linux) to which no file is closed, then gives them back. */
    public static <T> T get(Supplier<T> work) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment thisThread = arena.allocateFrom(ValueLayout.JAVA_INT, VERSION_3, 0);
            MemorySegment sets = arena.allocate(ValueLayout.JAVA_INT, 6); // effective, permitted, inheritable, twice
            call("capget", thisThread, sets);
            int effective = sets.getAtIndex(ValueLayout.JAVA_INT, 0);
            sets.setAtIndex(ValueLayout.JAVA_INT, 0, effective & ~(CAP_DAC_OVERRIDE | CAP_DAC_READ_SEARCH));
            call("capset", thisThread, sets);
            try {
                return work.get();
            } finally {
                sets.setAtIndex(ValueLayout.JAVA_INT, 0, effective);
                call("capset", thisThread, sets);
            }
        }
    }

    @SuppressWarnings("restricted")
    private static void call(String name, MemorySegment header, MemorySegment sets) {
        Linker linker = Linker.nativeLinker();
        try {
            int status = (int) linker.downcallHandle(linker.defaultLookup().findOrThrow(name), SYSTEM_CALL)
                    .invokeExact(header, sets);
            assertThat(status).as(name).isZero();
        } catch (Throwable e) {
            throw new AssertionError(name + " fails", e);
        }
    }
}
