/** Tasks: the loss and the answers of a network that classifies, labels or transcribes images, and their scores. */
@NullMarked
package scanline.lab.task;

import org.jspecify.annotations.NullMarked;
