package scanline.engine.geometry;

import scanline.engine.random.RandomKey;

/**
 * The elements that dropout drops.
 *
 * @param key
 *            the random key, from which one number is drawn per element
 * @param rate
 *            the share of elements that are dropped; 0 for none
 */
public record DropoutMask(RandomKey key, float rate) {}
