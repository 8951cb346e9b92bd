/** Insight into a trained model: attention, hidden states, accuracy after each step, and the time of each layer. */
@NullMarked
package scanline.lab.insight;

import org.jspecify.annotations.NullMarked;
