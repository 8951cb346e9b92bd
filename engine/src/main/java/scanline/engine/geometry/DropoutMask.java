package scanline.engine.geometry;

import scanline.engine.random.RandomKey;

/**
 * What dropout drops.
 *
 * @param key
 *            what it draws from, a number an element
 * @param rate
 *            the share that it drops; 0 for none
 */
public record DropoutMask(RandomKey key, float rate) {}
