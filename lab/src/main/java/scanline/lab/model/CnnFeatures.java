package scanline.lab.model;

import java.util.List;

import scanline.engine.nn.BatchNorm2d;
import scanline.engine.nn.Conv2d;
import scanline.engine.nn.Dropout;
import scanline.engine.nn.Linear;
import scanline.engine.tensor.Images;
import scanline.engine.tensor.Tensor;

/** A {@link CnnModel} without its last linear map; {@code drop} is applied before each of the two linear maps. */
record CnnFeatures(Conv2d conv1, BatchNorm2d bn1, Conv2d conv2, BatchNorm2d bn2, Linear fc1, Dropout drop) {
    /** Maps [T, B, F] to [B, hidden]; the rows of an image are the steps. */
    Tensor forward(Tensor x) {
        Tensor maps = second(first(x));
        return drop.forward(fc1.forward(drop.forward(Images.flatten(maps))).relu());
    }

    private Tensor first(Tensor x) {
        return bn1.reluMaxPool(conv1.forward(Images.ofRows(x)));
    }

    private Tensor second(Tensor first) {
        return bn2.reluMaxPool(conv2.forward(first));
    }

    /** Returns the feature maps of images, [T, B, F]. */
    List<FeatureMaps> maps(Tensor x) {
        Tensor first = first(x);
        return List.of(new FeatureMaps("conv1", first), new FeatureMaps("conv2", second(first)));
    }
}
