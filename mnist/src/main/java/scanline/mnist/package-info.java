/** Makes the files of MNIST, which are resources of this package, known to scanline.data. */
package scanline.mnist;
