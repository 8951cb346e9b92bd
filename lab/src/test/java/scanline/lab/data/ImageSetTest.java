package scanline.lab.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ImageSetTest {
    private final ImageSet three = new ImageSet(1, 2, new byte[] {1, 2, 3, 4, 5, 6}, new byte[] {0, 1, (byte) 200},
            201);

    @Test
    void aSliceHasTheImagesAndLabelsOfItsRange() {
        ImageSet slice = three.slice(1, 3);
        assertThat(slice.count()).isEqualTo(2);
        assertThat(slice.pixels()).containsExactly(3, 4, 5, 6);
        assertThat(slice.label(1)).isEqualTo(200);
        assertThat(slice.classes()).isEqualTo(201);
    }

    @Test
    void theFirstOfMoreThanThereAreIsAll() {
        assertThat(three.first(4)).isSameAs(three);
        assertThat(three.first(1).pixels()).containsExactly(1, 2);
    }

    @Test
    void sizesThatDoNotAgreeAndLabelsThatAreNoClassAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ImageSet(2, 2, new byte[7], new byte[2], 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new ImageSet(1, 1, new byte[1], new byte[] {-1}, 255))
                .withMessage("label 255 of 255");
    }
}
