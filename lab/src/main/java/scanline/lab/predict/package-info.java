/**
 * Predictions of a trained model. A {@link scanline.lab.predict.Predictor} answers for any number of images and threads;
 * a {@link scanline.lab.predict.PredictionStream} answers after each step of a sequence that is still growing.
 */
@NullMarked
package scanline.lab.predict;

import org.jspecify.annotations.NullMarked;
