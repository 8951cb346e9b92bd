package scanline.lab.cli;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import scanline.engine.io.SafeTensors;
import scanline.engine.io.SafeTensors.Entry;
import scanline.samples.Pngs;

/** A folder of runs, data sets and files, most of which have something wrong with them, each another thing. */
final class WrongInputs {
    private static final String[] PARTS = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
            "t10k-images-idx3-ubyte",
            "t10k-labels-idx1-ubyte"};
    private static final int SIDE = 8;
    private static final byte[] LABELS = {0, 1, 2, 0, 1, 2, 0, 1, 2, 0};

    private final Path folder;

    private WrongInputs(Path folder) {
        this.folder = folder;
    }

    /**
     * Writes all of it.
     *
     * @param command runs what must succeed
     */
    static void write(Path folder, Consumer<String> command) throws IOException {
        WrongInputs inputs = new WrongInputs(folder);
        inputs.writeIdxSets();
        inputs.writeImageFolders();
        inputs.writeImages();
        inputs.writeSteps();
        inputs.writeRecipes();
        command.accept("train lstm-rows data=idx data.dir={tmp}/idx epochs=1 batch=4 data.validation=3 model.hidden=4"
                + " --run {tmp}/run");
        inputs.writePlugins();
        command.accept("train lstm-rows data=idx data.dir={tmp}/idx epochs=1 batch=4 data.validation=3 model.hidden=4"
                + " schedule=own --run {tmp}/run-plugin --plugins {tmp}/plugins");
        inputs.writeRuns();
        inputs.writeWeights();
    }

    private void writeIdxSets() throws IOException {
        for (String name : List.of("idx", "idx-moved", "idx-truncated", "idx-long", "idx-none", "idx-type", "idx-gzip",
                "idx-labels", "idx-label", "idx-classes", "idx-sizes", "idx-missing")) {
            Path set = Files.createDirectories(folder.resolve(name));
            for (String part : PARTS) {
                Files.write(set.resolve(part), part.contains("images") ? images(10, SIDE, SIDE) : labels(LABELS));
            }
        }
        change("idx-truncated", 0, bytes -> Arrays.copyOf(bytes, 100));
        change("idx-long", 0, bytes -> Arrays.copyOf(bytes, bytes.length + 1));
        change("idx-none", 0, _ -> "no images".getBytes(StandardCharsets.UTF_8));
        change("idx-type", 0, bytes -> with(bytes, 2, 13));
        change("idx-labels", 1, _ -> labels(Arrays.copyOf(LABELS, 9)));
        change("idx-classes", 1, bytes -> with(bytes, 8, 3));
        change("idx-label", 3, bytes -> with(bytes, 8, 9));
        change("idx-sizes", 2, _ -> images(10, SIDE, SIDE + 1));
        Files.delete(folder.resolve("idx-missing").resolve(PARTS[3]));
        Path plain = folder.resolve("idx-gzip").resolve(PARTS[0]);
        Path zipped = plain.resolveSibling(PARTS[0] + ".gz");
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
            out.write(Files.readAllBytes(plain));
        }
        byte[] stored = Files.readAllBytes(zipped);
        Files.write(zipped, with(stored, stored.length - 6, stored[stored.length - 6] + 1));
    }

    private interface Change {
        byte[] of(byte[] bytes);
    }

    private void change(String set, int part, Change change) throws IOException {
        Path file = folder.resolve(set).resolve(PARTS[part]);
        Files.write(file, change.of(Files.readAllBytes(file)));
    }

    private static byte[] with(byte[] bytes, int at, int value) {
        byte[] changed = bytes.clone();
        changed[at] = (byte) value;
        return changed;
    }

    private static byte[] images(int count, int height, int width) {
        ByteBuffer file = ByteBuffer.allocate(16 + count * height * width).putInt(0x803).putInt(count).putInt(height)
                .putInt(width);
        for (int i = 16; i < file.capacity(); i++) {
            file.put(i, (byte) (i * i));
        }
        return file.array();
    }

    private static byte[] labels(byte[] labels) {
        return ByteBuffer.allocate(8 + labels.length).putInt(0x801).putInt(labels.length).put(labels).array();
    }

    private void writeImageFolders() throws IOException {
        for (String name : List.of("photos", "photos-text", "photos-cut", "photos-empty", "photos-inner",
                "photos-few")) {
            Pngs.writeClasses(folder.resolve(name), List.of("cat", "dog"), 5, SIDE);
        }
        Files.writeString(folder.resolve("photos-text/cat/notes.txt"), "no image");
        Files.write(folder.resolve("photos-cut/dog/9.png"), cutPng());
        Files.createDirectories(folder.resolve("photos-empty/fish"));
        Files.createDirectories(folder.resolve("photos-inner/dog/puppies"));
        Pngs.writeClasses(folder.resolve("photos-few"), List.of("fish"), 1, SIDE);
        Pngs.writeClasses(folder.resolve("photos-same"), List.of("cat", "dog"), 5, SIDE);
        for (int i = 1; i < 5; i++) {
            Files.copy(folder.resolve("photos-same/dog/0.png"), folder.resolve("photos-same/dog/" + i + ".png"),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        Pngs.writeClasses(folder.resolve("photos-one"), List.of("cat"), 5, SIDE);
        Pngs.writeClasses(folder.resolve("photos-parted/train"), List.of("cat", "dog"), 2, SIDE);
        Pngs.writeClasses(folder.resolve("photos-parted/test"), List.of("cat", "fish"), 2, SIDE);
    }

    private byte[] cutPng() throws IOException {
        Path whole = folder.resolve("images/whole.png");
        Pngs.write(whole, Pngs.drawn(1, SIDE), SIDE, SIDE);
        return Arrays.copyOf(Files.readAllBytes(whole), 60);
    }

    private void writeImages() throws IOException {
        Files.write(folder.resolve("cut.png"), cutPng());
        Files.createSymbolicLink(folder.resolve("link.csv"), Path.of("nowhere", "logits.csv"));
        Files.createSymbolicLink(folder.resolve("round.csv"), Path.of("round.csv"));
        byte[] wrong = Files.readAllBytes(folder.resolve("images/whole.png"));
        wrong[wrong.length - 1] ^= 1;
        Files.write(folder.resolve("checksum.png"), wrong);
        Path jpeg = folder.resolve("cut.jpg");
        ImageIO.write(new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY), "jpeg", jpeg.toFile());
        Files.write(jpeg, Arrays.copyOf(Files.readAllBytes(jpeg), (int) Files.size(jpeg) - 2));
        Files.writeString(folder.resolve("text.png"), "no image");
        Files.createFile(folder.resolve("empty.png"));
        Pngs.write(folder.resolve("long.png"), new byte[10_001], 1, 10_001);
        Files.write(folder.resolve("larger.idx"), images(2, SIDE + 1, SIDE));
        Path locked = Files.write(folder.resolve("locked.png"), cutPng());
        Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("---------"));
    }

    private void writeSteps() throws IOException {
        write("steps-short.csv", "0,1,2,3,4,5,6,7\n0,1,2\n");
        write("steps-word.csv", "0,1,2,3,4,5,6,7\n\n0,1,2,three,4,5,6,7\n");
        write("steps-range.csv", "0,1,2,3,4,5,6,256\n");
    }

    private void writeRecipes() throws IOException {
        write("no.yaml", "just words");
        write("broken.yaml", "seed: 1\nbatch: \"2\nepochs: 3\n");
        write("nested.yaml", "seed:\n  one: 1\n");
        write("twice.yaml", "seed: 1\nseed: 2\n");
        write("lacking.yaml", "about: nothing\n");
        write("binary.yaml", "seed: \0\1\2");
        write("tab.yaml", "seed: 1\n\tbatch: 2\n");
        write("space.yml", "seed: 1\nbatch:2\nepochs: 3\n");
    }

    private void writePlugins() throws IOException {
        String defaults = "public static final %1$s DEFAULT = new %1$s();";
        plugin("plugins/own.jar", "OwnSchedule", "", defaults.formatted("OwnSchedule"));
        Files.createDirectories(folder.resolve("plugins-none"));
        PluginJars.write(folder.resolve("plugins-library/library.jar"), Map.of(),
                List.of(PluginJars.schedule("Alone", "", "")));
        Files.createDirectories(folder.resolve("plugins-damaged"));
        write("plugins-damaged/damaged.jar", "no jar");
        plugin("plugins-default/wavy.jar", "Wavy", "", "");
        plugin("plugins-failing-default/failing.jar", "Wavy", "int period",
                "public static final Wavy DEFAULT = new Wavy(1 / Integer.parseInt(\"0\"));");
        plugin("plugins-component/component.jar", "Wavy", "float period",
                "public static final Wavy DEFAULT = new Wavy(1);");
        plugin("plugins-built-in/built-in.jar", "ConstantSchedule", "", defaults.formatted("ConstantSchedule"));
        plugin("plugins-two/one.jar", "Wavy", "", defaults.formatted("Wavy"));
        PluginJars.write(folder.resolve("plugins-two/two.jar"), "own2.TwoPlugin",
                PluginJars.schedule("Wavy", "", defaults.formatted("Wavy")).replace("package own", "package own2"),
                PluginJars.plugin("TwoPlugin", "Wavy").replace("package own", "package own2"));
        String idle = "package own;\n\npublic final class Idle {}\n";
        PluginJars.write(folder.resolve("plugins-idle/idle.jar"), "own.IdlePlugin", idle,
                PluginJars.plugin("IdlePlugin", "Idle"));
        PluginJars.write(folder.resolve("plugins-data/data.jar"), "own.DigitsPlugin", """
                package own;

                public final class Digits {
                    public static final scanline.data.dataset.Dataset SET = new scanline.data.dataset.Outline("mnist",
                            java.util.List.of("a", "b"), 8, 8);
                }
                """, PluginJars.plugin("DigitsPlugin", "Digits"));
        PluginJars.write(folder.resolve("plugins-class-as-choice/wavy.jar"), "own.WavyPlugin",
                PluginJars.schedule("Wavy", "", "").replace("record Wavy()", "class Wavy"),
                PluginJars.plugin("WavyPlugin", "Wavy"));
        PluginJars.write(folder.resolve("plugins-hidden/hidden.jar"), Map.of(), List.of(
                "module own {\n    requires scanline.lab;\n    provides scanline.data.plugin.Plugin with own.WavyPlugin;\n}\n",
                PluginJars.schedule("Wavy", "", defaults.formatted("Wavy")), PluginJars.plugin("WavyPlugin", "Wavy")));
        PluginJars.write(folder.resolve("plugins-throwing/throwing.jar"), "own.ThrowingPlugin",
                PluginJars.plugin("ThrowingPlugin", "String").replace("    @Override",
                        "    public ThrowingPlugin() {\n        throw new IllegalStateException(\"not today\");\n    }\n\n"
                                + "    @Override"));
        Path lacking = folder.resolve("plugins-class/lacking.jar");
        PluginJars.write(lacking, "own.LackingPlugin", idle, PluginJars.plugin("LackingPlugin", "Idle"));
        PluginJars.remove(lacking, "own/Idle.class");
        Path late = folder.resolve("plugins-late/late.jar");
        PluginJars.write(late, "own.LatePlugin", idle.replace("{}", "{ public static double one() { return 1; } }"),
                PluginJars.schedule("Wavy", "", defaults.formatted("Wavy")).replace("return 1", "return Idle.one()"),
                PluginJars.plugin("LatePlugin", "Wavy"));
        PluginJars.remove(late, "own/Idle.class");
        Path library = PluginJars.write(folder.resolve("library.jar"), Map.of(), List.of("module library {}\n"));
        PluginJars.write(folder.resolve("plugins-module/needy.jar"), Map.of(),
                List.of("module needy {\n    requires library;\n}\n"), library);
    }

    /** Writes a plugin with a schedule. */
    private void plugin(String jar, String name, String components, String members) throws IOException {
        PluginJars.write(folder.resolve(jar), "own." + name + "Plugin", PluginJars.schedule(name, components, members),
                PluginJars.plugin(name + "Plugin", name));
    }

    private void writeRuns() throws IOException {
        for (String name : List.of("begun", "broken-last", "broken-metrics", "broken-provenance", "no-recipe",
                "no-provenance",
                "other-data", "other-model", "edited", "forged")) {
            copy(folder.resolve("run"), folder.resolve(name));
        }
        for (String gone : List.of("best.safetensors", "last.safetensors", "result.json", "metrics.csv")) {
            Files.delete(folder.resolve("begun").resolve(gone));
        }
        write("broken-last/last.safetensors", "no checkpoint");
        write("broken-metrics/metrics.csv", "epoch,step,seconds,examplesPerSecond,rate,trainLoss,trainAccuracy,"
                + "validationLoss,validationAccuracy\none,two\n");
        write("broken-provenance/provenance.json", "{");
        Files.delete(folder.resolve("no-recipe/recipe.yaml"));
        Files.delete(folder.resolve("no-provenance/provenance.json"));
        replace("edited/recipe.yaml", "epochs: 1", "epochs: 9");
        replace("edited/recipe.yaml", "model.hidden: 4", "model.hidden: 5");
        replace("forged/recipe.yaml", "epochs: 1", "epochs: 9");
        replace("forged/provenance.json", "\"epochs\" : \"1\"", "\"epochs\" : \"9\"");
        Files.delete(folder.resolve("other-model/provenance.json")); // like a run of an older version
        replace("other-model/recipe.yaml", "model.hidden: 4", "model.hidden: 5");
        replace("other-data/recipe.yaml", "data.dir: " + folder.resolve("idx"),
                "data.dir: " + folder.resolve("idx-moved"));
        change("idx-moved", 0, bytes -> with(bytes, 16, 99));
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private void writeWeights() throws IOException {
        Path good = folder.resolve("run/best.safetensors");
        SafeTensors content = SafeTensors.read(good);
        List<Entry> entries = List.copyOf(content.tensors().values());
        Entry first = entries.getFirst();
        save("missing", entries.subList(1, entries.size()), content.metadata());
        List<Entry> turned = new ArrayList<>(entries);
        int[] shape = first.shape();
        turned.set(0, new Entry(first.name(), new int[] {shape[1], shape[0]}, new float[shape[0] * shape[1]]));
        save("shape", turned, content.metadata());
        List<Entry> more = new ArrayList<>(entries);
        more.add(new Entry("extra", new int[] {1}, new float[1]));
        save("extra", more, content.metadata());
        byte[] bytes = Files.readAllBytes(good);
        Files.write(folder.resolve("truncated.safetensors"), Arrays.copyOf(bytes, bytes.length / 2));
        Files.write(folder.resolve("header.safetensors"), with(bytes, 8, '!'));
        Files.write(folder.resolve("length.safetensors"), with(bytes, 6, 127));
        write("pickle.pt", "PK\3\4" + "\0".repeat(22) + "\20" + "\0".repeat(3) + "weights/data.pkl");
        write("model.onnx", "\10\11\22\7pytorch");
        write("arrays.npz", "PK\3\4" + "\0".repeat(22) + "\15" + "\0".repeat(3) + "fc.weight.npy");
    }

    private void save(String name, List<Entry> entries, Map<String, String> metadata) throws IOException {
        SafeTensors.write(folder.resolve(name + ".safetensors"), new SafeTensors(entries, metadata));
    }

    private void write(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text);
    }

    private void replace(String file, String old, String with) throws IOException {
        String text = Files.readString(folder.resolve(file));
        if (!text.contains(old)) {
            throw new IllegalStateException(file + " has no \"" + old + "\"");
        }
        write(file, text.replace(old, with));
    }
}
