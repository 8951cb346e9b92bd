package scanline.data.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestTest {
    private final List<String> words = List.of("mnist", "fashion-mnist", "idx");

    @Test
    void aMistypedWordFindsTheIntendedOne() {
        assertThat(Nearest.nearest("mnsit", words)).contains("mnist");
        assertThat(Nearest.nearest("Fashion_Mnist", words)).contains("fashion-mnist");
        assertThat(Nearest.nearest("fashonminst", words)).contains("fashion-mnist");
    }

    @Test
    void anUnrelatedWordFindsNothing() {
        assertThat(Nearest.nearest("imagenet", words)).isEmpty();
        assertThat(Nearest.nearest("x", List.of())).isEmpty();
        assertThat(Nearest.nearest("max", List.of("dir", "mix"))).contains("mix");
        assertThat(Nearest.nearest("fit", List.of("dir"))).isEmpty();
    }

    @Test
    void aSharedGroupPrefixDoesNotMakeWordsNear() {
        List<String> keys = List.of("optimizer", "optimizer.rate", "optimizer.momentum", "optimizer.weightDecay");
        assertThat(Nearest.nearest("optimizer.beta1", keys)).isEmpty();
        assertThat(Nearest.nearest("optimizer.raet", keys)).contains("optimizer.rate");
        assertThat(Nearest.nearest("optimizer.weight_decay", keys)).contains("optimizer.weightDecay");
        assertThat(Nearest.nearest("optimzer.rate", keys)).contains("optimizer.rate");
    }

    /** A recipe's key may be anything: it is compared only with words that it may have been meant to be. */
    @Test
    void aMuchLongerWordIsComparedWithNone() {
        assertThat(Nearest.nearest("x".repeat(50_000_000), words)).isEmpty();
        assertThat(Nearest.nearest("fashion-mnistabcdef", words)).contains("fashion-mnist");
        assertThat(Nearest.nearest("fashion-mnistabcdefg", words)).isEmpty();
    }

    @Test
    void insertingDeletingReplacingAndSwappingAreOneEditEach() {
        assertThat(Nearest.edits("rate", "grate")).isEqualTo(1);
        assertThat(Nearest.edits("rate", "rat")).isEqualTo(1);
        assertThat(Nearest.edits("rate", "rare")).isEqualTo(1);
        assertThat(Nearest.edits("rate", "raet")).isEqualTo(1);
        assertThat(Nearest.edits("", "rate")).isEqualTo(4);
        assertThat(Nearest.edits("rate", "rate")).isZero();
    }
}
