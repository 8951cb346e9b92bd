/**
 * Insight into a trained model. {@link scanline.lab.insight.Reading} is all that a model does with one image:
 * attention, hidden states, feature maps. {@link scanline.lab.insight.Findings} are those of a whole evaluation, and
 * {@link scanline.lab.insight.ModelLayers} has the time of each layer.
 */
@NullMarked
package scanline.lab.insight;

import org.jspecify.annotations.NullMarked;
