package scanline.lab.fuzz;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import scanline.data.base.DataException;
import scanline.data.dataset.IdxFolder;
import scanline.data.dataset.ImageFolder;
import scanline.data.image.Idx;
import scanline.data.image.ImageFile;
import scanline.data.image.ImageSet;
import scanline.data.image.PictureSize;
import scanline.data.image.Preparation;
import scanline.data.sequence.Scan;
import scanline.engine.backend.Backend;
import scanline.engine.file.FileAccessException;
import scanline.engine.io.FormatException;
import scanline.engine.io.SafeTensors;
import scanline.engine.io.SafeTensors.Entry;
import scanline.engine.io.WeightsFile;
import scanline.engine.nn.BatchNorm2d;
import scanline.engine.nn.Linear;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Statistic;
import scanline.engine.tensor.Weights;
import scanline.lab.experiment.Experiment;
import scanline.lab.recipe.Recipe;
import scanline.lab.recipe.RecipeException;
import scanline.lab.recipe.Recipes;
import scanline.lab.report.Results;
import scanline.lab.run.Progress;
import scanline.lab.run.Run;
import scanline.lab.train.Trainer;
import scanline.samples.IdxSamples;
import scanline.samples.Pictures;

/** Every reader of Scanline that opens files, each with a folder of its own. */
final class Targets {
    private static final int SIDE = 6;
    private static final String PERMUTATION = IntStream.range(0, SIDE * SIDE)
            .mapToObj(i -> Integer.toString(i * 5 % (SIDE * SIDE))).collect(Collectors.joining("\n"));

    private static final String METRICS = """
            epoch,step,seconds,examplesPerSecond,rate,trainLoss,trainAccuracy,validationLoss,validationAccuracy
            1,550,20.049,2743.3,9.755282581475768E-4,0.7532113982330669,0.7211272727272727,0.5215723857283592,0.8118
            2,1100,17.681,3110.8,9.045084971874737E-4,0.4686115353757685,0.8256909090909091,NaN,NaN
            3,1650,19.084,2882.0,0.0,0.4037575221874497,0.8494909090909091,0.3706895887851715,0.8568
            """;

    private static final String PROVENANCE = """
            {
              "version" : "0.1.0-SNAPSHOT",
              "commit" : "6c7e2f72a6ebef1998cfad13201e82fcfd6bff76",
              "jdk" : "25.0.3+9-LTS (Eclipse Adoptium)",
              "cpu" : "Intel(R) Xeon(R) Processor",
              "vectorBits" : 512,
              "threads" : 2,
              "command" : ["scanline", "train", "rnn-rows", "seed=1", "data.dir=x", "--run", "runs/rnn"],
              "seed" : 1,
              "parameters" : 214282,
              "data" : {"name" : "mnist", "trainImages" : "ba891046", "trainLabels" : "65a50cbb"}
            }
            """;

    private static final String RESULT = """
            {
              "testAccuracy" : 0.75,
              "testCorrect" : 3,
              "testExamples" : 4,
              "testLoss" : 0.03945589227150777,
              "testMeasures" : {"digitAccuracy" : 0.5},
              "bestEpoch" : 3,
              "epochs" : 3,
              "seconds" : 265.447,
              "bestWeights" : "79acf327ec92ac85e5b9f10a4d0d36ba026a37eff8f8dcb11fef2c1a8a525c5c",
              "lastWeights" : "79acf327ec92ac85e5b9f10a4d0d36ba026a37eff8f8dcb11fef2c1a8a525c5c"
            }
            """;

    private static final String CONFUSION = "class,a,\"b\"\na,1,0\n\"b\",1,2\n";

    private final Path folder;

    private Targets(Path folder) {
        this.folder = folder;
    }

    /** All, by name; their files lie in the folder. */
    static Map<String, Target> in(Path folder) throws IOException {
        Targets all = new Targets(folder);
        Map<String, Target> byName = new LinkedHashMap<>();
        for (Target target : List.of(all.safeTensors(), all.weights(), all.checkpoint(), all.idx(), all.idxGzip(),
                all.idxFolder(), all.permutation(), all.recipe(), all.metrics(), all.record(), all.png(), all.jpeg(),
                all.imageFolder())) {
            byName.put(target.name(), target);
        }
        return byName;
    }

    private Target safeTensors() throws IOException {
        Path file = folder.resolve("a.safetensors");
        Path again = folder.resolve("again.safetensors");
        List<byte[]> samples = new ArrayList<>();
        for (SafeTensors content : List.of(new SafeTensors(List.of(), Map.of()),
                new SafeTensors(List.of(entry("lstm.weight_ih_l0", 2, 3), entry("scalar"), entry("none", 3, 0, 2)),
                        Map.of("format", "pt", "note \" \\ \n ☃ 𝄞", "")),
                new SafeTensors(List.of(entry("a", 40), entry("b", 1, 1, 2)), Map.of()))) {
            SafeTensors.write(file, content);
            samples.add(Files.readAllBytes(file));
        }
        samples.add(withCounter());
        samples.add(withOtherDtypes());
        return new Target("safetensors", samples, Edits::safeTensors,
                Set.of(FormatException.class, FileAccessException.class), file.toString(), bytes -> {
                    SafeTensors read = SafeTensors.read(write(file, bytes));
                    SafeTensors.write(again, read);
                    SafeTensors second = SafeTensors.read(again);
                    require(List.copyOf(read.metadata().entrySet()).equals(List.copyOf(second.metadata().entrySet())));
                    require(List.copyOf(read.tensors().keySet()).equals(List.copyOf(second.tensors().keySet())));
                    read.tensors().forEach((name, entry) -> {
                        require(Arrays.equals(entry.shape(), second.tensors().get(name).shape()));
                        require(ByteBuffer.wrap(raw(entry)).equals(ByteBuffer.wrap(raw(second.tensors().get(name)))));
                    });
                });
    }

    private Target weights() throws IOException {
        Path file = folder.resolve("weights.safetensors");
        Weights weights = new Engine(Backend.load(1)).weights(1);
        new Linear(weights.scope("fc"), 3, 2);
        new BatchNorm2d(weights.scope("norm"), 2);
        WeightsFile.save(file, weights, Map.of("format", "pt"));
        byte[] plain = Files.readAllBytes(file);
        SafeTensors.write(file, new SafeTensors(WeightsFile.entries("module.", weights).stream()
                .filter(entry -> !entry.name().equals("module.fc.bias")).toList(),
                Map.of("module.fc.bias", "module.norm.bias")));
        return new Target("weights", List.of(plain, Files.readAllBytes(file)), Edits::safeTensors,
                Set.of(FormatException.class, FileAccessException.class), file.toString(),
                bytes -> {
                    List<float[]> before = values(weights);
                    try {
                        WeightsFile.load(write(file, bytes), weights);
                    } catch (FormatException refusal) {
                        require(Arrays.deepEquals(values(weights).toArray(), before.toArray()));
                        throw refusal;
                    }
                });
    }

    private static List<float[]> values(Weights weights) {
        return Stream.concat(weights.parameters().stream().map(Parameter::values),
                weights.statistics().stream().map(Statistic::values)).map(float[]::clone).toList();
    }

    private Target checkpoint() throws IOException {
        Path data = Files.createDirectories(folder.resolve("data"));
        writeSet(data);
        Recipe recipe = Recipes.find("lstm-rows", List.of("data=idx", "data.dir=" + data, "data.validation=2",
                "batch=4", "epochs=3", "model.hidden=2", "model.layers=1"));
        Run run = Run.create(folder.resolve("run"), recipe, Map.of());
        Trainer trainer = new Trainer(new Experiment(recipe, 1), run, Progress.NONE, 1e9);
        trainer.train(() -> true);
        List<byte[]> samples = new ArrayList<>(List.of(Files.readAllBytes(run.last())));
        // As it would stand after the second step of the second epoch.
        Map<String, String> position = new TreeMap<>(SafeTensors.read(run.last()).metadata());
        position.putAll(Map.of("epoch", "1", "example", "8", "step", "5", "lossSum", "0x1.8p3", "right", "5", "seconds",
                "0x1.0p-3", "bestEpoch", "1", "bestAccuracy", "0x1.0p-1", "bestLoss", "NaN"));
        SafeTensors.write(run.last(),
                new SafeTensors(List.copyOf(SafeTensors.read(run.last()).tensors().values()), position));
        samples.add(Files.readAllBytes(run.last()));
        return new Target("checkpoint", samples, Edits::safeTensors,
                Set.of(FormatException.class, FileAccessException.class), run.last().toString(), bytes -> {
                    write(run.last(), bytes);
                    trainer.restore();
                    require(trainer.step() >= 0 && trainer.step() <= 9);
                });
    }

    private Target idx() {
        Path file = folder.resolve("a-ubyte");
        return new Target("idx", List.of(images(3, 4, 5), IdxSamples.labels(0, 2, 1, 255), images(1, 28, 28)),
                Bytes::edited,
                Set.of(DataException.class), file.toString(), bytes -> readIdx(file, bytes));
    }

    private Target idxGzip() {
        Path file = folder.resolve("a-ubyte.gz");
        byte[] fancy = IdxSamples.gzip(IdxSamples.labels(7, 8));
        fancy[3] = 4 | 8 | 16;
        return new Target("idx.gz",
                List.of(IdxSamples.gzip(images(3, 4, 5)), IdxSamples.gzip(IdxSamples.labels(0, 2, 1, 255)),
                        Bytes.inserted(fancy, 10, new byte[] {3, 0, 9, 9, 9, 'n', 0, 'c', 'o', 0})),
                Edits::gzip,
                Set.of(DataException.class), file.toString(), bytes -> readIdx(file, bytes));
    }

    private static void readIdx(Path file, byte[] bytes) throws IOException {
        int dimensions = bytes.length % 2 == 0 ? 3 : 1;
        Idx idx;
        try {
            idx = Idx.read(write(file, bytes), dimensions);
        } catch (DataException _) {
            dimensions = 4 - dimensions;
            idx = Idx.read(file, dimensions);
        }
        require(idx.sizes().length == dimensions);
        require(idx.data().length == IntStream.of(idx.sizes()).asLongStream().reduce(1, (a, b) -> a * b));
    }

    /** The first byte says which of the four files the others are. */
    private Target idxFolder() throws IOException {
        Path set = Files.createDirectories(folder.resolve("set"));
        List<Path> files = writeSet(set);
        List<byte[]> whole = new ArrayList<>();
        for (Path file : files) {
            whole.add(Files.readAllBytes(file));
        }
        List<byte[]> samples = selected(whole);
        return new Target("idx-folder", samples, Edits.behindFirst(Bytes::edited), Set.of(DataException.class),
                set.toString(), bytes -> {
                    int part = part(bytes, files.size());
                    write(files.get(part), behind(bytes));
                    try {
                        IdxFolder read = new IdxFolder(set);
                        for (ImageSet images : List.of(read.train(), read.test())) {
                            require(images.pixels().length == images.count() * images.imagePixels());
                            require(images.classes() == read.classNames().size());
                        }
                    } finally {
                        write(files.get(part), whole.get(part));
                    }
                });
    }

    private Target permutation() {
        Path file = folder.resolve("permutation.txt");
        Scan scan = new Scan.Permuted(1, 1, file.toString());
        return new Target("permutation", List.of(utf8(PERMUTATION), utf8(PERMUTATION.replace('\n', ' '))), Edits::text,
                Set.of(DataException.class), file.toString(), bytes -> {
                    write(file, bytes);
                    int[] order = scan.order(SIDE, SIDE);
                    require(Arrays.equals(IntStream.of(order).sorted().toArray(),
                            IntStream.range(0, SIDE * SIDE).toArray()));
                });
    }

    private Target recipe() throws IOException {
        Path file = folder.resolve("recipe.yaml");
        List<byte[]> samples = new ArrayList<>();
        for (String name : List.of("rnn-rows", "vit", "digit-sequence")) {
            samples.add(utf8(Recipes.find(name, List.of()).text()));
        }
        samples.add(utf8("# a comment\n---\n" + Recipes.find("cnn", List.of("data.scan=permuted", "data.dir=a b"))
                .text().replace("\nseed: ", "\n\"seed\" :   ")));
        return new Target("recipe", samples, Edits::text, Set.of(RecipeException.class), "", bytes -> {
            Recipe recipe = Recipes.read(write(file, bytes), List.of());
            require(recipe.equals(Recipes.read(write(file, utf8(recipe.text())), List.of())));
        });
    }

    private Target metrics() throws IOException {
        Run run = new Run(Files.createDirectories(folder.resolve("metrics")));
        Path file = run.folder().resolve("metrics.csv");
        return new Target("metrics", List.of(utf8(METRICS)), Edits::text,
                Set.of(FormatException.class, FileAccessException.class), file.toString(),
                bytes -> {
                    List<Run.Epoch> epochs = new Run(write(file, bytes).getParent()).epochs();
                    require(IntStream.range(0, epochs.size()).allMatch(i -> epochs.get(i).epoch() == i + 1));
                });
    }

    /** The first byte says which file of the record the others are. */
    private Target record() throws IOException {
        Path results = folder.resolve("results");
        Path record = Files.createDirectories(results.resolve("records/rnn-rows"));
        List<Path> files = List.of(record.resolve("recipe.yaml"), record.resolve("provenance.json"),
                record.resolve("metrics.csv"), record.resolve("result.json"), record.resolve("confusion.csv"));
        List<byte[]> whole = List.of(utf8(Recipes.find("rnn-rows", List.of()).text()), utf8(PROVENANCE), utf8(METRICS),
                utf8(RESULT), utf8(CONFUSION));
        for (int i = 0; i < files.size(); i++) {
            write(files.get(i), whole.get(i));
        }
        Results.write(results);
        return new Target("record", selected(whole), Edits.behindFirst(Edits::text),
                Set.of(FormatException.class, FileAccessException.class, IOException.class),
                record.toString(), bytes -> {
                    int part = part(bytes, files.size());
                    write(files.get(part), behind(bytes));
                    try {
                        boolean stale = Results.firstStale(results) != null;
                        require(!stale || !Arrays.equals(behind(bytes), whole.get(part)));
                    } finally {
                        write(files.get(part), whole.get(part));
                    }
                });
    }

    private Target png() throws IOException {
        return picture("png", Pictures.png(), Edits::png);
    }

    private Target jpeg() throws IOException {
        return picture("jpeg", Pictures.jpeg(), Bytes::edited);
    }

    private Target picture(String name, List<byte[]> samples, Target.Edit edit) {
        Path file = folder.resolve("picture." + name);
        return new Target(name, samples, edit, Set.of(DataException.class), file.toString(), bytes -> {
            ImageSet images = ImageFile.read(write(file, bytes), new PictureSize(SIDE, SIDE), 2, Preparation.INK);
            require(images.count() >= 1 && images.height() == SIDE && images.width() == SIDE);
        });
    }

    /** The first byte says which of the images of two classes the others are. */
    private Target imageFolder() throws IOException {
        Path classes = folder.resolve("classes");
        List<Path> files = new ArrayList<>();
        List<byte[]> whole = new ArrayList<>(Pictures.png().subList(0, 3));
        whole.addAll(Pictures.jpeg().subList(0, 3));
        for (int i = 0; i < whole.size(); i++) {
            Path inner = Files.createDirectories(classes.resolve(i % 2 == 0 ? "a" : "b"));
            files.add(write(inner.resolve("image" + i), whole.get(i)));
        }
        return new Target("image-folder", selected(whole), Edits.behindFirst(Bytes::edited),
                Set.of(DataException.class), classes.toString(), bytes -> {
                    int part = part(bytes, files.size());
                    write(files.get(part), behind(bytes));
                    try {
                        ImageFolder read = new ImageFolder(classes,
                                new ImageFolder.Options(SIDE, 0.3, 1, Preparation.INK));
                        require(read.train().count() == 4 && read.test().count() == 2);
                    } finally {
                        write(files.get(part), whole.get(part));
                    }
                });
    }

    private static Entry entry(String name, int... shape) {
        float[] values = new float[IntStream.of(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = i - 1.5f;
        }
        return new Entry(name, shape, values);
    }

    /** With the counter that PyTorch writes beside a normalization. */
    private static byte[] withOtherDtypes() {
        byte[] header = utf8("{\"h\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]},"
                + "\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[4,8]},"
                + "\"d\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[8,16]}}");
        return ByteBuffer.allocate(8 + header.length + 16).putLong(Long.reverseBytes(header.length)).put(header)
                .array();
    }

    private static byte[] withCounter() {
        byte[] header = utf8("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]},"
                + "\"n.num_batches_tracked\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]}}");
        return ByteBuffer.allocate(8 + header.length + 12).putLong(Long.reverseBytes(header.length)).put(header)
                .array();
    }

    private static byte[] raw(Entry entry) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * entry.values().length);
        bytes.asFloatBuffer().put(entry.values());
        return bytes.array();
    }

    /** Twelve images of 6 x 6 to train on and three to test on, of three classes. */
    private static List<Path> writeSet(Path folder) throws IOException {
        return List.of(write(folder.resolve("train-images-idx3-ubyte"), images(12, SIDE, SIDE)),
                write(folder.resolve("train-labels-idx1-ubyte"), IdxSamples.labels(0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2)),
                write(folder.resolve("t10k-images-idx3-ubyte"), images(3, SIDE, SIDE)),
                write(folder.resolve("t10k-labels-idx1-ubyte"), IdxSamples.labels(2, 1, 0)));
    }

    private static byte[] images(int count, int height, int width) {
        byte[] file = new byte[16 + count * height * width];
        for (int i = 16; i < file.length; i++) {
            file[i] = (byte) (37 * i);
        }
        ByteBuffer.wrap(file).putInt(0x803).putInt(count).putInt(height).putInt(width);
        return file;
    }

    private static List<byte[]> selected(List<byte[]> files) {
        return IntStream.range(0, files.size()).mapToObj(i -> Bytes.inserted(files.get(i), 0, new byte[] {(byte) i}))
                .toList();
    }

    private static int part(byte[] bytes, int parts) {
        return bytes.length == 0 ? 0 : Byte.toUnsignedInt(bytes[0]) % parts;
    }

    private static byte[] behind(byte[] bytes) {
        return bytes.length == 0 ? bytes : Arrays.copyOfRange(bytes, 1, bytes.length);
    }

    private static Path write(Path file, byte[] bytes) throws IOException {
        return Files.write(file, bytes);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void require(boolean kept) {
        if (!kept) {
            throw new AssertionError("it is accepted, but is not what it says");
        }
    }
}
