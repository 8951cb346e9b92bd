/** What computes on this machine's processor: the fast backend over the kernels, and the plain one that specifies it. */
@NullMarked
package scanline.engine.cpu;

import org.jspecify.annotations.NullMarked;
