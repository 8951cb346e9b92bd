/** The four files of MNIST. */
module scanline.mnist {
    requires scanline.data;

    provides scanline.data.dataset.PackagedSet with scanline.mnist.Mnist;
}
