/**
 * Images. An {@link scanline.data.image.ImageSet} has labeled images of one size. {@link
 * scanline.data.image.ImageFile} reads PNG and JPEG files, {@link scanline.data.image.Idx} the format of MNIST, and
 * {@link scanline.data.image.Preparation} brings an image file to the size that a model reads.
 */
@NullMarked
package scanline.data.image;

import org.jspecify.annotations.NullMarked;
