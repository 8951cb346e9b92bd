package scanline.lab.report.figure;

import java.util.Base64;
import java.util.List;
import scanline.data.image.ImageSet;
import scanline.lab.base.Numbers;
import scanline.lab.format.Png;
import scanline.lab.insight.HiddenStates;

/**
 * A gallery of the hidden states of a recurrent model: each image, its hidden state and the probability of each class,
 * both with one column per step. Negative is blue and positive orange; the color is stronger the farther the value is
 * from 0.
 *
 * @param read the hidden states of each image
 * @param names the names of the classes
 */
public record StatesGallery(List<HiddenStates> read, List<String> names) {
    private static final int[] NEGATIVE = {9, 105, 218};
    private static final int[] POSITIVE = {214, 73, 20};

    /** Returns the images as an HTML list. */
    public String html() {
        StringBuilder html = new StringBuilder("<ul class=\"states\">\n");
        for (HiddenStates states : read) {
            ImageSet image = states.image();
            double[] last = states.probabilities()[states.probabilities().length - 1];
            int answer = most(last);
            html.append("<li><figure>")
                    .append(image("still", "image of " + states.label(),
                            Png.gray(image.pixels(), image.height(), image.width())))
                    .append(image("film", "hidden state", map(values(states.states()))))
                    .append(image("film", "probability of each class", map(states.probabilities())))
                    .append("<figcaption>").append(Markup.escaped(states.label())).append(", predicted as ")
                    .append(Markup.escaped(names.get(answer))).append(", ")
                    .append(Numbers.percent(last[answer])).append("</figcaption></figure></li>\n");
        }
        return html.append("</ul>\n").toString();
    }

    private static int most(double[] values) {
        int most = 0;
        for (int i = 1; i < values.length; i++) {
            most = values[i] > values[most] ? i : most;
        }
        return most;
    }

    private static double[][] values(float[][] states) {
        double[][] values = new double[states.length][];
        for (int t = 0; t < states.length; t++) {
            values[t] = new double[states[t].length];
            for (int i = 0; i < values[t].length; i++) {
                values[t][i] = states[t][i];
            }
        }
        return values;
    }

    /** Returns an image with one column per step and one row per value of a step. */
    private static byte[] map(double[][] steps) {
        double most = Double.MIN_NORMAL;
        for (double[] step : steps) {
            for (double value : step) {
                most = Math.max(most, Math.abs(value));
            }
        }
        int height = steps[0].length;
        byte[] pixels = new byte[4 * height * steps.length];
        for (int t = 0; t < steps.length; t++) {
            for (int i = 0; i < height; i++) {
                int[] color = steps[t][i] < 0 ? NEGATIVE : POSITIVE;
                int at = 4 * (i * steps.length + t);
                for (int channel = 0; channel < color.length; channel++) {
                    pixels[at + channel] = (byte) color[channel];
                }
                pixels[at + 3] = (byte) Math.round(255 * Math.abs(steps[t][i]) / most);
            }
        }
        return Png.color(pixels, height, steps.length);
    }

    private static String image(String kind, String words, byte[] png) {
        return "<img class=\"" + kind + "\" alt=\"" + Markup.escaped(words) + "\" src=\"data:image/png;base64,"
                + Base64.getEncoder().encodeToString(png) + "\"/>";
    }
}
