package scanline.lab.report.figure;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import scanline.data.canvas.Canvas.Answer;
import scanline.data.image.Pictures;
import scanline.lab.base.Numbers;
import scanline.lab.format.Png;
import scanline.lab.insight.Findings.Example;

/**
 * A gallery of examples with their actual and their predicted labels.
 *
 * @param pictures the images of the examples
 * @param names the names of the labels
 * @param kind the kind of answer
 */
public record Gallery(Pictures pictures, List<String> names, Answer kind) {
    private static final int LEAST_SIDE = 84; // pixels of a page; the scale of an image is a whole number

    /** Returns the examples as an HTML list. */
    public String html(List<Example> examples) {
        StringBuilder html = new StringBuilder("<ul class=\"gallery\">\n");
        for (Example example : examples) {
            html.append("<li><figure>").append(image(example)).append("<figcaption><dl><dt>actual</dt><dd>")
                    .append(labels(example.target(), i -> isMissing(example, i)))
                    .append("</dd><dt>predicted</dt><dd>")
                    .append(labels(example.answer(), i -> isWrong(example, i)))
                    .append("</dd><dt>prob.</dt><dd>").append(Numbers.percent(example.probability()))
                    .append("</dd></dl></figcaption></figure></li>\n");
        }
        return html.append("</ul>\n").toString();
    }

    private String image(Example example) {
        int scale = Math.max(1, (LEAST_SIDE + Math.max(pictures.width(), pictures.height()) - 1)
                / Math.max(pictures.width(), pictures.height()));
        return "<img width=\"" + scale * pictures.width() + "\" height=\"" + scale * pictures.height()
                + "\" alt=\"image number " + example.number() + "\" src=\"data:image/png;base64,"
                + Base64.getEncoder().encodeToString(png(example.number())) + "\"/>";
    }

    private byte[] png(int number) {
        byte[] pixels = new byte[pictures.height() * pictures.width()];
        pictures.draw(number, pixels, 0);
        return Png.gray(pixels, pictures.height(), pictures.width());
    }

    private boolean isMissing(Example example, int place) {
        return kind == Answer.SET
                ? !contains(example.answer(), example.target()[place])
                : place >= example.answer().length;
    }

    private boolean isWrong(Example example, int place) {
        int label = example.answer()[place];
        return kind == Answer.SET
                ? !contains(example.target(), label)
                : place >= example.target().length || example.target()[place] != label;
    }

    /** Returns labels in order, sets sorted by their numbers; labels that differ are marked. */
    private String labels(int[] labels, IntPredicate isMarked) {
        if (labels.length == 0) {
            return "(none)";
        }
        return IntStream.range(0, labels.length).boxed()
                .sorted((a, b) -> kind == Answer.SET ? Integer.compare(labels[a], labels[b]) : Integer.compare(a, b))
                .map(i -> {
                    String name = Markup.escaped(names.get(labels[i]));
                    return isMarked.test(i) ? "<mark>" + name + "</mark>" : name;
                }).collect(Collectors.joining(names.stream().anyMatch(name -> name.contains(" ")) ? ", " : " "));
    }

    private static boolean contains(int[] labels, int label) {
        return Arrays.stream(labels).anyMatch(other -> other == label);
    }
}
