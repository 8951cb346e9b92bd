package scanline.bench.peer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The memory allocators with which PyTorch is tried. glibc's allocator returns memory to the system when it is freed,
 * and a training step of PyTorch frees its activations: up to half of a step is then spent on page faults. PyTorch's
 * tuning guide recommends another allocator for this reason.
 */
final class Allocator {
    /** The allocator of a process by default. */
    static final String DEFAULT = "default";

    private static final Pattern LIBRARY = Pattern
            .compile("lib(?<name>tcmalloc|tcmalloc_minimal|jemalloc)\\.so\\S* .*=> (?<path>\\S+)");
    // glibc's allocator, set to keep freed memory.
    private static final Map<String, String> KEPT = Map.of("MALLOC_TRIM_THRESHOLD_", "1000000000",
            "MALLOC_MMAP_THRESHOLD_", "1000000000", "MALLOC_TOP_PAD_", "67108864");

    private static final Map<String, Map<String, String>> ENVIRONMENTS = environments();

    private Allocator() {}

    /** The names of the allocators that are available here, the default first. */
    static List<String> names() {
        return List.copyOf(ENVIRONMENTS.keySet());
    }

    /** The environment variables that select an allocator. */
    static Map<String, String> environment(String name) {
        return ENVIRONMENTS.getOrDefault(name, Map.of());
    }

    private static Map<String, Map<String, String>> environments() {
        Map<String, Map<String, String>> environments = new LinkedHashMap<>();
        environments.put(DEFAULT, Map.of());
        environments.put("kept", KEPT);
        installed().forEach((name, path) -> environments.put(name, Map.of("LD_PRELOAD", path)));
        return environments;
    }

    /** The other allocators that the dynamic linker knows, with their paths; empty if there is no such linker. */
    private static Map<String, String> installed() {
        Map<String, String> installed = new LinkedHashMap<>();
        try {
            Process linker = new ProcessBuilder("/sbin/ldconfig", "-p")
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            for (String line : linker.inputReader(StandardCharsets.UTF_8).lines().toList()) {
                Matcher library = LIBRARY.matcher(line.strip());
                if (library.matches()) {
                    installed.putIfAbsent(library.group("name"), library.group("path"));
                }
            }
        } catch (IOException _) {
            // not Linux
        }
        return installed;
    }
}
