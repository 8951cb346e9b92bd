package scanline.lab.model;

import java.util.List;

import scanline.engine.nn.BatchNorm2d;
import scanline.engine.nn.Conv2d;
import scanline.engine.nn.Dropout;
import scanline.engine.nn.Initializer;
import scanline.engine.nn.Linear;
import scanline.engine.tensor.Tensor;
import scanline.engine.tensor.Weights;

/**
 * Two convolutions over the image whose rows are the steps of the sequence, each followed by batch normalization, ReLU
 * and max pooling of 2 x 2 pixels, and then two linear maps with a ReLU between them.
 *
 * @param channels channels of the first convolution; the second has twice that number
 * @param kernel height and width of the kernels in pixels, an odd number, so that they keep the size of the image
 * @param hidden size of the first linear map
 * @param dropout dropout rate before each linear map, in [0, 1)
 * @param init the initializer of convolutions and linear maps
 */
public record CnnModel(int channels, int kernel, int hidden, double dropout, Initializer init) implements Model {
    /** 32 and 64 channels, 3 x 3 kernels, 128 hidden units, initialized as in PyTorch. */
    public static final CnnModel DEFAULT = new CnnModel(32, 3, 128, 0, Initializer.UNIFORM);

    /** Checks the hyperparameters. */
    public CnnModel {
        Ranges.requireSize("channels", channels);
        Ranges.requireSize("kernel", kernel);
        Ranges.requireSize("hidden", hidden);
        Ranges.requireDropout(dropout);
        if (kernel % 2 == 0) {
            throw new IllegalArgumentException("kernel must be odd, so that the image keeps its size, not " + kernel);
        }
    }

    @Override
    public Classifier build(Weights weights, Input input) {
        CnnFeatures features = features(weights, input);
        Linear fc2 = new Linear(weights.scope("fc2"), hidden, input.classes(), init);
        return new Classifier() {
            @Override
            public Tensor forward(Tensor x) {
                return fc2.forward(features.forward(x));
            }

            @Override
            public List<FeatureMaps> featureMaps(Tensor x) {
                return features.maps(x);
            }
        };
    }

    /** Builds everything but the last linear map, including the dropout before it. */
    CnnFeatures features(Weights weights, Input input) {
        requireRoom(input);
        Conv2d conv1 = new Conv2d(weights.scope("conv1"), 1, channels, kernel, 1, kernel / 2, init);
        BatchNorm2d bn1 = new BatchNorm2d(weights.scope("bn1"), channels);
        Conv2d conv2 = new Conv2d(weights.scope("conv2"), channels, 2 * channels, kernel, 1, kernel / 2, init);
        BatchNorm2d bn2 = new BatchNorm2d(weights.scope("bn2"), 2 * channels);
        Linear fc1 = new Linear(weights.scope("fc1"), flat(input), hidden, init);
        return new CnnFeatures(conv1, bn1, conv2, bn2, fc1, new Dropout((float) dropout));
    }

    /** The number of values after the second pooling. */
    private int flat(Input input) {
        return 2 * channels * (input.steps() / 4) * (input.features() / 4);
    }

    private void requireRoom(Input input) {
        int height = input.steps() / 2;
        int width = input.features() / 2;
        if (height < 2 || width < 2) {
            throw new IllegalArgumentException(
                    "the CNN halves an image twice, so it needs at least 4 x 4 pixels, not "
                            + input.steps() + " x " + input.features()
                            + ": see data.scan, data.shrink and data.canvas");
        }
        if (kernel > Math.min(height, width)) {
            throw new IllegalArgumentException(
                    "the CNN's kernel is " + kernel + ", but the second convolution's image is "
                            + height + " x " + width);
        }
    }
}
