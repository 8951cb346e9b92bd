package scanline.lab.data;

import scanline.engine.random.RandomKey;

/** Pictures of {@link Canvas.Scatter}, drawn when they are asked for. */
record ScatterPictures(Canvas.Scatter canvas, ImageSet images, int[] chosen, RandomKey key) implements Pictures {
    @Override
    public int height() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int width() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int classes() {
        return images.classes();
    }

    @Override
    public void draw(int number, byte[] pixels, int at) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int[] answer(int number) {
        throw new UnsupportedOperationException();
    }
}
