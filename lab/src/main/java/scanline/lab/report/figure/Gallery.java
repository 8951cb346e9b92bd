package scanline.lab.report.figure;

import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import scanline.lab.base.Numbers;
import scanline.lab.canvas.Canvas.Answer;
import scanline.lab.format.Png;
import scanline.lab.image.Pictures;
import scanline.lab.insight.Findings.Example;

/**
 * Pictures with what is on them and what a model says of them.
 *
 * @param pictures where the examples come from
 * @param names of the labels
 * @param kind what the labels of a picture are
 */
public record Gallery(Pictures pictures, List<String> names, Answer kind) {
    private static final int LEAST_SIDE = 84; // pixels of a page; a picture's pixels are enlarged by a whole number

    /** The examples as a list. */
    public String html(List<Example> examples) {
        StringBuilder html = new StringBuilder("<ul class=\"gallery\">\n");
        for (Example example : examples) {
            html.append("<li><figure>").append(image(example)).append("<figcaption><dl><dt>right</dt><dd>")
                    .append(labels(example.target(), i -> isMissing(example, i)))
                    .append("</dd><dt>answer</dt><dd>")
                    .append(labels(example.answer(), i -> isWrong(example, i)))
                    .append("</dd><dt>sure</dt><dd>").append(Numbers.percent(example.probability()))
                    .append("</dd></dl></figcaption></figure></li>\n");
        }
        return html.append("</ul>\n").toString();
    }

    private String image(Example example) {
        int scale = Math.max(1, (LEAST_SIDE + Math.max(pictures.width(), pictures.height()) - 1)
                / Math.max(pictures.width(), pictures.height()));
        return "<img width=\"" + scale * pictures.width() + "\" height=\"" + scale * pictures.height()
                + "\" alt=\"picture number " + example.number() + "\" src=\"data:image/png;base64,"
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

    /** Labels one after the other, those marked that differ; sets by their numbers. */
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
