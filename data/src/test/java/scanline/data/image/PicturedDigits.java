package scanline.data.image;

import scanline.engine.random.RandomKey;

/** Pictures of digits as people have them: those of MNIST's test images, drawn into larger pictures. */
enum PicturedDigits {
    /** Light on black, anywhere in the picture. */
    OFF_CENTER,
    /** Dark on white paper. */
    PAPER,
    /** Dark gray on gray. */
    LOW_CONTRAST,
    /** On white paper, with a dark line along the edge of the picture, or within it. */
    FRAME,
    /** A photograph: light from one side, the edge of a shadow, a dark table beside the paper, noise. */
    PHOTOGRAPH,
    /** Nothing around the digit. */
    CROPPED;

    /** One picture; it follows from the digit's number. */
    ImageSet of(ImageSet digits, int number) {
        RandomKey key = RandomKey.of(number, name());
        byte[] digit = digits.slice(number, number + 1).pixels();
        int height = this == PHOTOGRAPH ? 480 : 150 + key.below(60, 0);
        int width = this == PHOTOGRAPH ? 640 : 150 + key.below(60, 1);
        // A frame of 28 pixels a side, of which the digit takes 20.
        int side = height * (45 + key.below(30, 2)) / 100;
        int top = key.below(height - side - (this == PHOTOGRAPH ? 25 : 0), 3);
        int left = key.below(width - side, 4);
        byte[] pixels = new byte[height * width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double ink = ink(digit, (y - top + 0.5) * 28 / side, (x - left + 0.5) * 28 / side);
                pixels[y * width + x] = (byte) Math.clamp(Math.round(level(key, height, width, y, x, ink)), 0, 255);
            }
        }
        ImageSet picture = new ImageSet(height, width, pixels, new byte[1], 1);
        return this == CROPPED ? cropped(picture) : picture;
    }

    private double level(RandomKey key, int height, int width, int y, int x, double ink) {
        return switch (this) {
            case OFF_CENTER -> 255 * ink;
            case PAPER, CROPPED -> 255 - 235 * ink;
            case LOW_CONTRAST -> 150 - 40 * ink;
            case FRAME -> {
                int at = key.below(3, 5);
                int edge = Math.min(Math.min(y, height - 1 - y), Math.min(x, width - 1 - x));
                yield edge >= at && edge < at + 3 ? 30 : 250 - 230 * ink;
            }
            case PHOTOGRAPH -> {
                double light = 0.55 + 0.45 * (key.below(2, 5) == 0 ? x : width - x) / width;
                double shadow = y + x / 3 < height / 2 ? 0.75 : 1;
                double paper = y > height - 25 ? 60 : 220;
                double noise = 0;
                for (int i = 0; i < 4; i++) {
                    noise += key.uniform(10 + 4L * (y * width + x) + i) - 0.5; // a deviation of 0.58
                }
                yield paper * light * shadow * (1 - 0.6 * ink) + 14 * noise;
            }
        };
    }

    /** Between 0 and 1, from the four pixels around. */
    private static double ink(byte[] digit, double y, double x) {
        int row = (int) Math.floor(y - 0.5);
        int column = (int) Math.floor(x - 0.5);
        double down = y - 0.5 - row;
        double right = x - 0.5 - column;
        return (1 - down) * ((1 - right) * at(digit, row, column) + right * at(digit, row, column + 1))
                + down * ((1 - right) * at(digit, row + 1, column) + right * at(digit, row + 1, column + 1));
    }

    private static double at(byte[] digit, int row, int column) {
        return row < 0 || column < 0 || row > 27 || column > 27
                ? 0
                : Byte.toUnsignedInt(digit[28 * row + column]) / 255.0;
    }

    private static ImageSet cropped(ImageSet picture) {
        int top = picture.height();
        int bottom = 0;
        int left = picture.width();
        int right = 0;
        for (int i = 0; i < picture.pixels().length; i++) {
            if (Byte.toUnsignedInt(picture.pixels()[i]) < 200) {
                top = Math.min(top, i / picture.width());
                bottom = Math.max(bottom, i / picture.width());
                left = Math.min(left, i % picture.width());
                right = Math.max(right, i % picture.width());
            }
        }
        byte[] part = new byte[(bottom - top + 1) * (right - left + 1)];
        for (int i = 0; i < part.length; i++) {
            int across = right - left + 1;
            part[i] = picture.pixels()[(top + i / across) * picture.width() + left + i % across];
        }
        return new ImageSet(bottom - top + 1, right - left + 1, part, new byte[1], 1);
    }
}
