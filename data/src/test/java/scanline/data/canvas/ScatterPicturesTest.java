package scanline.data.canvas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.data.base.DataException;
import scanline.data.canvas.Canvas.Scatter.Order;
import scanline.data.canvas.ScatterPictures.Placed;
import scanline.data.image.AreaScaling;
import scanline.data.image.ImageSet;
import scanline.data.image.Pictures;
import scanline.engine.random.RandomKey;
import scanline.samples.Drawings;

/** Counts are held against exact probabilities, within what chance allows. */
class ScatterPicturesTest {
    private static final RandomKey KEY = RandomKey.of(1, "scatter test");
    private static final int TRIALS = 20_000;
    /** Two scenes, of four labels and of three. */
    private static final int CLASSES = 7;

    @Test
    void aPictureHasTheSizeOfTheCanvas() {
        Pictures pictures = pictures(canvas(1, 3, 0.5, Order.FREQUENT), Drawings.flat(14, 6, 5, CLASSES));
        assertThat(pictures.height()).isEqualTo(24);
        assertThat(pictures.width()).isEqualTo(24);
        assertThat(pictures.classes()).isEqualTo(CLASSES);
    }

    @Test
    void aPictureDependsOnlyOnKeyAndNumber() {
        ImageSet noise = Drawings.noise(21, 6, 5, CLASSES);
        Pictures one = pictures(canvas(1, 4, 0.5, Order.RANDOM), noise);
        Pictures other = pictures(canvas(1, 4, 0.5, Order.RANDOM), noise);
        List<byte[]> upwards = IntStream.range(0, 50).mapToObj(n -> Drawings.draw(one, n)).toList();
        for (int n = 49; n >= 0; n--) {
            assertThat(Drawings.draw(other, n)).isEqualTo(upwards.get(n));
            assertThat(other.answer(n)).isEqualTo(one.answer(n));
        }
    }

    @Test
    void otherNumbersAndKeysGiveOtherPictures() {
        ImageSet noise = Drawings.noise(21, 6, 5, CLASSES);
        Canvas.Scatter canvas = canvas(2, 4, 0.5, Order.FREQUENT);
        Pictures one = new ScatterPictures(canvas, noise, all(noise), KEY.at(0));
        Pictures other = new ScatterPictures(canvas, noise, all(noise), KEY.at(1));
        Set<String> different = new HashSet<>();
        for (int n = 0; n < 200; n++) {
            different.add(Arrays.toString(Drawings.draw(one, n)));
            different.add(Arrays.toString(Drawings.draw(other, n)));
        }
        assertThat(different).hasSize(400);
    }

    @Test
    void picturesShowScaledImagesWithBrighterPixelsInFrontOnBlack() {
        ImageSet noise = Drawings.noise(21, 6, 5, CLASSES);
        // Four images of up to 10 pixels a side on 20 overlap often.
        ScatterPictures pictures = pictures(scatter(20, 4, 10, 1, 4, 0.5, Order.FREQUENT), noise);
        AreaScaling scaling = new AreaScaling(noise);
        boolean anyOverlap = false;
        for (int n = 0; n < 300; n++) {
            int[] expected = new int[20 * 20];
            List<Placed> placed = pictures.placed(n);
            for (Placed each : placed) {
                byte[] square = new byte[each.side() * each.side()];
                scaling.scale(each.image(), each.side(), each.side(), square);
                for (int i = 0; i < square.length; i++) {
                    int at = (each.top() + i / each.side()) * 20 + each.left() + i % each.side();
                    expected[at] = Math.max(expected[at], Byte.toUnsignedInt(square[i]));
                }
            }
            anyOverlap |= overlap(placed);
            byte[] pixels = Drawings.draw(pictures, n);
            for (int i = 0; i < expected.length; i++) {
                assertThat(Byte.toUnsignedInt(pixels[i])).isEqualTo(expected[i]);
            }
            int[] labels = placed.stream().mapToInt(each -> noise.label(each.image())).toArray();
            assertThat(pictures.answer(n)).containsExactlyInAnyOrder(labels);
        }
        assertThat(anyOverlap).isTrue();
    }

    @Test
    void withoutOverlapTheTargetHasExactlyTheVisibleLabels() {
        // An image has the level of its number and one more.
        ImageSet flat = Drawings.flat(14, 6, 5, CLASSES);
        ScatterPictures pictures = pictures(scatter(48, 4, 12, 1, 4, 0.5, Order.FREQUENT), flat);
        int checked = 0;
        for (int n = 0; n < 500; n++) {
            if (!overlap(pictures.placed(n))) {
                Set<Integer> seen = new HashSet<>();
                for (byte level : Drawings.draw(pictures, n)) {
                    if (level != 0) {
                        seen.add(flat.label(level - 1));
                    }
                }
                assertThat(Arrays.stream(pictures.answer(n)).boxed()).containsExactlyInAnyOrderElementsOf(seen);
                checked++;
            }
        }
        assertThat(checked).isGreaterThan(450);
    }

    @Test
    void onlyThePixelsOfThePictureAreWritten() {
        ScatterPictures pictures = pictures(scatter(4, 4, 4, 1, 1, 0, Order.FREQUENT), Drawings.flat(1, 2, 2, 1));
        byte[] pixels = new byte[18];
        Arrays.fill(pixels, (byte) 9);
        pictures.draw(0, pixels, 1);
        assertThat(pixels).containsExactly(9, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 9);
    }

    @Test
    void eachSelectedImageOfALabelAndEachSideIsEquallyLikely() {
        ImageSet flat = Drawings.flat(40, 6, 5, 2);
        int[] chosen = {2, 3, 7, 14, 15, 16, 38};
        Canvas.Scatter canvas = scatter(24, 4, 10, 2, 2, 0, Order.FREQUENT);
        ScatterPictures pictures = new ScatterPictures(canvas, flat, chosen, KEY);
        int[] images = new int[flat.count()];
        int[] sides = new int[11];
        for (int n = 0; n < TRIALS; n++) {
            for (Placed placed : pictures.placed(n)) {
                images[placed.image()]++;
                sides[placed.side()]++;
            }
        }
        for (int image = 0; image < images.length; image++) {
            int wanted = image;
            boolean isChosen = Arrays.stream(chosen).anyMatch(each -> each == wanted);
            // Of those chosen four have label 0 and three have label 1.
            double probability = isChosen ? 1.0 / (flat.label(image) == 0 ? 4 : 3) : 0;
            assertThat(Drawings.deviations(images[image], TRIALS, probability)).isLessThan(Drawings.DEVIATIONS);
        }
        for (int side = 0; side < sides.length; side++) {
            assertThat(Drawings.deviations(sides[side], 2 * TRIALS, side < 4 ? 0 : 1.0 / 7))
                    .isLessThan(Drawings.DEVIATIONS);
        }
    }

    @Test
    void imagesAreInsideAndTheFirstIsUniformlyPlaced() {
        ScatterPictures pictures = pictures(scatter(16, 4, 8, 1, 4, 0.5, Order.FREQUENT),
                Drawings.flat(7, 6, 5, CLASSES));
        Map<Placed, Integer> times = new HashMap<>();
        int trials = 0;
        for (int n = 0; n < TRIALS; n++) {
            List<Placed> placed = pictures.placed(n);
            for (Placed each : placed) {
                assertThat(each.top()).isBetween(0, 16 - each.side());
                assertThat(each.left()).isBetween(0, 16 - each.side());
            }
            Placed first = placed.getFirst();
            if (first.side() == 8) {
                times.merge(new Placed(0, 8, first.top(), first.left()), 1, Integer::sum);
                trials++;
            }
        }
        double expected = trials / 81.0;
        double statistic = 0;
        for (int place = 0; place < 81; place++) {
            int observed = times.getOrDefault(new Placed(0, 8, place / 9, place % 9), 0);
            statistic += (observed - expected) * (observed - expected) / expected;
        }
        assertThat(statistic).isLessThan(chiSquareBound(80));
    }

    @Test
    void twoImagesOverlapOnlyWhereTwentyPlacesAllDo() {
        ScatterPictures pictures = pictures(scatter(20, 10, 10, 2, 2, 0, Order.FREQUENT),
                Drawings.flat(7, 6, 5, CLASSES));
        // Each corner is one of 11 x 11; for every first one how likely a second overlaps it, to the power of 20.
        double probability = 0;
        for (int first = 0; first < 121; first++) {
            int overlapping = 0;
            for (int second = 0; second < 121; second++) {
                boolean overlaps = Math.abs(first / 11 - second / 11) < 10 && Math.abs(first % 11 - second % 11) < 10;
                overlapping += overlaps ? 1 : 0;
            }
            probability += Math.pow(overlapping / 121.0, 20) / 121;
        }
        long overlaps = IntStream.range(0, TRIALS).filter(n -> overlap(pictures.placed(n))).count();
        assertThat(probability).isBetween(0.1, 0.9);
        assertThat(Drawings.deviations(overlaps, TRIALS, probability)).isLessThan(Drawings.DEVIATIONS);
    }

    @Test
    void squaresThatTouchDoNotOverlap() {
        Placed middle = new Placed(0, 4, 4, 4);
        assertThat(middle.overlaps(new Placed(0, 4, 4, 8))).isFalse();
        assertThat(middle.overlaps(new Placed(0, 4, 4, 0))).isFalse();
        assertThat(middle.overlaps(new Placed(0, 4, 8, 4))).isFalse();
        assertThat(middle.overlaps(new Placed(0, 4, 0, 4))).isFalse();
        assertThat(middle.overlaps(new Placed(0, 4, 7, 7))).isTrue();
        assertThat(middle.overlaps(new Placed(0, 5, 0, 0))).isTrue();
        assertThat(middle.overlaps(new Placed(0, 1, 5, 5))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 1})
    void labelSetsFollowTheirDistribution(double cooccurrence) {
        Pictures pictures = pictures(canvas(1, 4, cooccurrence, Order.FREQUENT), Drawings.flat(7, 6, 5, CLASSES));
        int[] observed = new int[1 << CLASSES];
        for (int n = 0; n < TRIALS; n++) {
            int[] answer = pictures.answer(n);
            assertThat(answer).doesNotHaveDuplicates().hasSizeBetween(1, 4);
            observed[mask(answer)]++;
        }
        assertLikely(observed, exact(CLASSES, 1, 4, cooccurrence));
    }

    @Test
    void allConfiguredSetSizesAreEquallyLikely() {
        Pictures pictures = pictures(canvas(2, 4, 0.8, Order.RANDOM), Drawings.flat(7, 6, 5, CLASSES));
        int[] sizes = new int[5];
        for (int n = 0; n < TRIALS; n++) {
            sizes[pictures.answer(n).length]++;
        }
        for (int size = 0; size <= 4; size++) {
            assertThat(Drawings.deviations(sizes[size], TRIALS, size < 2 ? 0 : 1.0 / 3))
                    .isLessThan(Drawings.DEVIATIONS);
        }
    }

    @Test
    void ofTwoLabelsTheSecondHasAWeightOfOneOverTheRootOfTwo() {
        Pictures pictures = pictures(canvas(1, 1, 0, Order.FREQUENT), Drawings.flat(2, 6, 5, 2));
        int popular = RandomKey.of(0, "scatter labels").permutation(2)[0];
        long times = IntStream.range(0, TRIALS).filter(n -> pictures.answer(n)[0] == popular).count();
        assertThat(Drawings.deviations(times, TRIALS, 1 / (1 + 1 / Math.sqrt(2)))).isLessThan(Drawings.DEVIATIONS);
    }

    @Test
    void withFullCooccurrenceTenLabelsAreSeenInScenesOfFourThreeAndThree() {
        Pictures pictures = pictures(canvas(3, 3, 1, Order.FREQUENT), Drawings.flat(10, 6, 5, 10));
        int[] together = new int[10];
        for (int n = 0; n < TRIALS; n++) {
            int[] answer = pictures.answer(n);
            for (int label : answer) {
                together[label] |= mask(answer);
            }
        }
        List<Integer> sizes = Arrays.stream(together).distinct().map(Integer::bitCount).sorted().boxed().toList();
        assertThat(sizes).containsExactly(3, 3, 4);
    }

    @Test
    void frequentLabelsComeFirstInTheSameOrderInEveryPictureOfEveryKey() {
        ImageSet flat = Drawings.flat(7, 6, 5, CLASSES);
        Canvas.Scatter canvas = canvas(1, 4, 0.5, Order.FREQUENT);
        boolean[][] before = new boolean[CLASSES][CLASSES];
        for (long step = 0; step < 2; step++) {
            Pictures pictures = new ScatterPictures(canvas, flat, all(flat), KEY.at(step));
            for (int n = 0; n < 2_000; n++) {
                int[] answer = pictures.answer(n);
                for (int i = 1; i < answer.length; i++) {
                    before[answer[i - 1]][answer[i]] = true;
                }
            }
        }
        double[] exact = exact(CLASSES, 1, 4, 0.5);
        int held = 0;
        for (int a = 0; a < CLASSES; a++) {
            for (int b = 0; b < CLASSES; b++) {
                assertThat(before[a][b] && before[b][a]).isFalse();
                double onlyA = 0;
                double onlyB = 0;
                for (int mask = 0; mask < exact.length; mask++) {
                    onlyA += (mask >> a & 1) == 1 && (mask >> b & 1) == 0 ? exact[mask] : 0;
                    onlyB += (mask >> b & 1) == 1 && (mask >> a & 1) == 0 ? exact[mask] : 0;
                }
                // Labels whose difference 10,000 sets must show are in the right order.
                double difference = (onlyA - onlyB) * 10_000;
                if (difference > Drawings.DEVIATIONS * Math.sqrt((onlyA + onlyB) * 10_000)) {
                    assertThat(before[b][a]).isFalse();
                    held++;
                }
            }
        }
        // Of 21 pairs.
        assertThat(held).isGreaterThan(10);
    }

    @Test
    void allRandomOrdersOfASetAreEquallyLikely() {
        ImageSet flat = Drawings.flat(7, 6, 5, CLASSES);
        Pictures frequent = pictures(canvas(3, 3, 0.5, Order.FREQUENT), flat);
        Pictures random = pictures(canvas(3, 3, 0.5, Order.RANDOM), flat);
        Map<List<Integer>, Integer> orders = new HashMap<>();
        for (int n = 0; n < TRIALS; n++) {
            int[] expected = frequent.answer(n);
            int[] answer = random.answer(n);
            assertThat(mask(answer)).isEqualTo(mask(expected));
            List<Integer> order = new ArrayList<>();
            for (int label : answer) {
                order.add(Arrays.stream(expected).boxed().toList().indexOf(label));
            }
            orders.merge(order, 1, Integer::sum);
        }
        assertThat(orders).hasSize(6);
        assertThat(orders.values())
                .allSatisfy(times -> assertThat(Drawings.deviations(times, TRIALS, 1.0 / 6))
                        .isLessThan(Drawings.DEVIATIONS));
        for (int n = 0; n < 20; n++) {
            assertThat(Drawings.draw(random, n)).isEqualTo(Drawings.draw(frequent, n));
        }
    }

    @Test
    void aPictureMayShowAllLabels() {
        Pictures pictures = pictures(canvas(4, 4, 1, Order.FREQUENT), Drawings.flat(4, 6, 5, 4));
        assertThat(pictures.answer(0)).containsExactlyInAnyOrder(0, 1, 2, 3);
    }

    @Test
    void moreLabelsThanExistAreRejected() {
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> pictures(canvas(1, 4, 0, Order.FREQUENT), Drawings.flat(3, 6, 5, 3)))
                .withMessage(
                        "data.canvas.maxImages is 4, but a picture shows each label at most once, and there are only 3"
                                + " labels");
    }

    @ParameterizedTest
    @CsvSource({"0,1", "1,0"})
    void aLabelWithoutAnImageIsRejected(int image, int missing) {
        ImageSet flat = Drawings.flat(4, 6, 5, 2);
        assertThatExceptionOfType(DataException.class)
                .isThrownBy(() -> new ScatterPictures(canvas(1, 2, 0, Order.FREQUENT), flat,
                        new int[] {image, image + 2}, KEY))
                .withMessage("data.canvas: none of the 2 images to compose pictures from has label " + missing
                        + " (data.limit and data.validation set how many training images there are)");
    }

    @ParameterizedTest
    @CsvSource({"FREQUENT,2068805453", "RANDOM,3684633268"})
    void theFirstPicturesNeverChange(Order order, long checksum) {
        ImageSet noise = Drawings.noise(21, 6, 5, CLASSES);
        assertThat(Drawings.checksum(pictures(canvas(1, 4, 0.5, order), noise), 5)).isEqualTo(checksum);
    }

    private static Canvas.Scatter canvas(int least, int most, double cooccurrence, Order order) {
        return scatter(24, 4, 11, least, most, cooccurrence, order);
    }

    private static Canvas.Scatter scatter(int size, int smallest, int largest, int least, int most,
            double cooccurrence, Order order) {
        return new Canvas.Scatter(size, smallest, largest, least, most, cooccurrence, order, 1, 1, 1);
    }

    private static ScatterPictures pictures(Canvas.Scatter canvas, ImageSet images) {
        return new ScatterPictures(canvas, images, all(images), KEY);
    }

    private static int[] all(ImageSet images) {
        return IntStream.range(0, images.count()).toArray();
    }

    private static boolean overlap(List<Placed> placed) {
        return placed.stream().anyMatch(one -> placed.stream().anyMatch(other -> one != other && one.overlaps(other)));
    }

    private static int mask(int[] labels) {
        return Arrays.stream(labels).map(label -> 1 << label).sum();
    }

    /** The probability of each set of labels, by the law in {@link ScatterPictures}, over all orders of drawing it. */
    private static double[] exact(int classes, int least, int most, double cooccurrence) {
        int[] labels = RandomKey.of(0, "scatter labels").permutation(classes);
        double[] byRanks = new double[1 << classes];
        for (int count = least; count <= most; count++) {
            extend(byRanks, classes, cooccurrence, count, new ArrayList<>(), 1.0 / (most - least + 1));
        }
        double[] byLabels = new double[1 << classes];
        for (int ranks = 0; ranks < byRanks.length; ranks++) {
            int set = ranks;
            int[] of = IntStream.range(0, classes).filter(rank -> (set >> rank & 1) == 1).map(rank -> labels[rank])
                    .toArray();
            byLabels[mask(of)] = byRanks[ranks];
        }
        return byLabels;
    }

    private static void extend(double[] byRanks, int classes, double cooccurrence, int count, List<Integer> ranks,
            double probability) {
        if (ranks.size() == count) {
            byRanks[ranks.stream().mapToInt(rank -> 1 << rank).sum()] += probability;
            return;
        }
        int scenes = Math.max(1, classes / 3);
        List<Integer> free = IntStream.range(0, classes).boxed().filter(rank -> !ranks.contains(rank)).toList();
        List<Integer> near = ranks.isEmpty()
                ? List.of()
                : free.stream().filter(rank -> rank % scenes == ranks.getFirst() % scenes).toList();
        for (int rank : free) {
            double share = weight(rank) / free.stream().mapToDouble(ScatterPicturesTest::weight).sum();
            if (!near.isEmpty()) {
                double nearby = near.contains(rank)
                        ? weight(rank) / near.stream().mapToDouble(ScatterPicturesTest::weight).sum()
                        : 0;
                share = cooccurrence * nearby + (1 - cooccurrence) * share;
            }
            List<Integer> more = new ArrayList<>(ranks);
            more.add(rank);
            extend(byRanks, classes, cooccurrence, count, more, probability * share);
        }
    }

    private static double weight(int rank) {
        return 1 / Math.sqrt(1 + rank);
    }

    /** Pearson's test; what is expected fewer than five times is counted together. */
    private static void assertLikely(int[] observed, double[] probabilities) {
        double statistic = 0;
        double rareExpected = 0;
        int rareObserved = 0;
        int cells = 0;
        for (int i = 0; i < observed.length; i++) {
            double expected = probabilities[i] * TRIALS;
            if (probabilities[i] == 0) {
                assertThat(observed[i]).isZero();
            } else if (expected < 5) {
                rareExpected += expected;
                rareObserved += observed[i];
            } else {
                statistic += (observed[i] - expected) * (observed[i] - expected) / expected;
                cells++;
            }
        }
        assertThat(cells).isGreaterThan(20);
        assertThat(statistic).isLessThan(chiSquareBound(cells - 1));
        assertThat(Math.abs(rareObserved - rareExpected))
                .isLessThanOrEqualTo(Drawings.DEVIATIONS * Math.sqrt(rareExpected));
    }

    /** What chance exceeds once in 30,000 times, by Wilson and Hilferty's approximation (1931). */
    private static double chiSquareBound(int freedom) {
        double ninth = 2.0 / (9 * freedom);
        return freedom * Math.pow(1 - ninth + 4 * Math.sqrt(ninth), 3);
    }
}
