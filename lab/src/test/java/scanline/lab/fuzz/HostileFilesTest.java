package scanline.lab.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostileFilesTest {
    private static final int FILES_A_FORMAT = 2000;

    @TempDir
    private Path folder;

    /** {@code ./build fuzz} reads many more. */
    @Test
    void damagedFilesAreRejectedInOneLineWithASmallHeap() throws IOException, InterruptedException {
        List<String> formats = List.copyOf(Targets.in(folder).keySet());
        List<String> lines = new ArrayList<>();
        int status = Fuzz.attack(String.join(",", formats), 1, 0, FILES_A_FORMAT, lines::add);
        assertThat(lines).extracting(line -> line.split("\t")[0]).isEqualTo(formats);
        assertThat(lines).allMatch(line -> line.endsWith("\t0"));
        assertThat(status).isZero();
    }

    @Test
    void theSameSeedProducesTheSameFiles() throws IOException {
        for (Target target : Targets.in(folder).values()) {
            for (int number = 0; number < 100; number++) {
                byte[] file = target.damaged(7, number);
                assertThat(target.damaged(7, number)).isEqualTo(file);
            }
            assertThat(target.damaged(7, 5)).isNotEqualTo(target.damaged(8, 5)).isNotEqualTo(target.damaged(7, 6));
        }
    }
}
