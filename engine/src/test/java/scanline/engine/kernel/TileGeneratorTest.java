package scanline.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TileGeneratorTest {
    @ParameterizedTest
    @EnumSource
    void theTilesMatchTheGenerator(TileGenerator tiles) throws IOException {
        Path file = Path.of("src/main/java/scanline/engine/kernel", tiles.file());
        assertThat(Files.readString(file)).as("%s: run ./build tiles", file).isEqualTo(tiles.source());
    }
}
