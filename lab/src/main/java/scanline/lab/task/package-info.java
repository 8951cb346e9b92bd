/**
 * Tasks: what a network answers. A {@link scanline.lab.task.Task} is the loss and the answers of a network that
 * classifies, labels or transcribes images; an {@link scanline.lab.task.Answer} is what it says about one, and a
 * {@link scanline.lab.task.Score} counts the correct ones.
 */
@NullMarked
package scanline.lab.task;

import org.jspecify.annotations.NullMarked;
