/**
 * Layers. Each is a plain class: its first constructor argument creates the parameters, and its {@code forward} method
 * is its formula. Start with {@link scanline.engine.nn.Linear}, {@link scanline.engine.nn.Sequential} and {@link
 * scanline.engine.nn.Layer}, the interface of those that take one tensor. {@link scanline.engine.nn.Recurrent},
 * {@link scanline.engine.nn.S5} and {@link scanline.engine.nn.Lru} read sequences, {@link scanline.engine.nn.Conv2d} and
 * {@link scanline.engine.nn.MaxPool2d} images, and a transformer is made of {@link scanline.engine.nn.EncoderBlock} and
 * {@link scanline.engine.nn.DecoderBlock}.
 */
@NullMarked
package scanline.engine.nn;

import org.jspecify.annotations.NullMarked;
