package scanline.lab.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import scanline.lab.architecture.CompiledClass.Use;

/** Holds the house's plan against the compiled classes of the engine, the data package and the lab. */
class ArchitectureTest {
    /**
     * Which package may refer to which, {@code scanline.} left out: exactly these, so that an arrow that is no longer
     * used goes as well.
     */
    private static final String EDGES = """
            engine.geometry    -> engine.random
            engine.backend     -> engine.geometry engine.random
            engine.kernel      -> engine.geometry engine.random
            engine.cpu         -> engine.backend engine.geometry engine.kernel engine.random
            engine.tensor      -> engine.backend engine.geometry engine.random
            engine.io          -> engine.backend engine.file engine.tensor
            engine.nn          -> engine.backend engine.geometry engine.random engine.tensor
            engine.onnx        -> engine.file engine.geometry engine.tensor
            engine.optim       -> engine.backend engine.geometry engine.tensor
            data.base          -> engine.file engine.io
            data.image         -> data.base engine.file
            data.plugin        -> data.base
            data.canvas        -> data.base data.image engine.random
            data.dataset       -> data.base data.image data.plugin engine.file engine.random
            data.sequence      -> data.base data.image engine.file engine.io engine.random
            data.dataset.known -> data.dataset data.image
            lab.model          -> engine.geometry engine.nn engine.tensor
            lab.base           -> data.base data.plugin engine.io
            lab.format         -> engine.file lab.base
            lab.http           -> data.base lab.base
            lab.recipe         -> data.base data.canvas data.dataset data.image data.plugin
            lab.recipe         -> data.sequence engine.file engine.optim lab.model
            lab.task           -> data.canvas data.sequence engine.tensor lab.base lab.model lab.recipe
            lab.experiment     -> data.base data.canvas data.dataset data.image data.sequence
            lab.experiment     -> engine.backend engine.optim engine.random engine.tensor lab.base
            lab.experiment     -> lab.model lab.recipe lab.task
            lab.insight        -> data.canvas data.dataset data.image data.sequence engine.geometry
            lab.insight        -> engine.nn engine.random engine.tensor lab.experiment lab.model
            lab.insight        -> lab.recipe lab.task
            lab.run            -> data.base data.dataset data.image data.plugin data.sequence
            lab.run            -> engine.backend engine.cpu engine.file engine.io engine.kernel
            lab.run            -> engine.optim engine.tensor lab.base lab.experiment lab.format
            lab.run            -> lab.recipe lab.task
            lab.export         -> data.canvas data.dataset data.image data.sequence engine.io
            lab.export         -> engine.onnx engine.tensor lab.base lab.experiment lab.model lab.recipe
            lab.export         -> lab.run
            lab.predict        -> data.dataset data.image data.sequence engine.backend engine.io
            lab.predict        -> engine.nn engine.tensor lab.base lab.experiment lab.model lab.recipe
            lab.predict        -> lab.run lab.task
            lab.record         -> data.base data.dataset engine.file engine.io engine.tensor lab.base
            lab.record         -> lab.experiment lab.recipe lab.run
            lab.sweep          -> data.base data.canvas engine.file lab.base lab.experiment lab.format
            lab.sweep          -> lab.recipe lab.run
            lab.train          -> data.dataset engine.backend engine.io engine.optim engine.tensor
            lab.train          -> lab.base lab.experiment lab.recipe lab.run
            lab.cli.terminal   -> engine.file lab.base lab.record lab.run
            lab.report.figure  -> data.canvas data.image lab.base lab.format lab.insight lab.model
            lab.report.figure  -> lab.record lab.run
            lab.serve          -> data.base data.image lab.base lab.experiment lab.http lab.model
            lab.serve          -> lab.predict lab.run lab.task
            lab.report         -> data.base data.canvas data.dataset data.image engine.file engine.io
            lab.report         -> lab.base lab.experiment lab.insight lab.model lab.recipe lab.record
            lab.report         -> lab.report.figure lab.run lab.task
            lab.studio         -> data.base data.dataset data.image engine.io engine.tensor lab.base
            lab.studio         -> lab.experiment lab.format lab.http lab.insight lab.model lab.recipe
            lab.studio         -> lab.run lab.serve lab.task
            lab.cli.option     -> data.plugin engine.file engine.io lab.base lab.cli.terminal
            lab.cli.option     -> lab.experiment lab.insight lab.recipe lab.report lab.run lab.task
            lab.cli.option     -> lab.train
            lab.cli            -> data.base data.dataset data.image data.plugin engine.file engine.io
            lab.cli            -> engine.kernel engine.onnx engine.tensor lab.base lab.cli.option
            lab.cli            -> lab.cli.terminal lab.experiment lab.export lab.format lab.insight
            lab.cli            -> lab.model lab.predict lab.recipe lab.record lab.report lab.run
            lab.cli            -> lab.serve lab.studio lab.sweep lab.task
            """;

    private static final int MOST_FILES = 20;

    private static final String KERNEL = "scanline.engine.kernel";
    private static final String VECTOR_API = "jdk.incubator.vector";

    /** Their last bits are not the same on every JVM, and change when C2 compiles them. {@code StrictMath} is fine. */
    private static final Set<String> INEXACT_MATH = Set.of("exp", "expm1", "log", "log10", "log1p", "pow", "sin", "cos",
            "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "cbrt", "hypot");

    /** The Vector API's operators with the same fault. */
    private static final Set<String> INEXACT_OPERATORS = INEXACT_MATH.stream()
            .map(name -> name.toUpperCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());

    private static List<CompiledClass> classes;

    @BeforeAll
    static void readTheClassesOfTheModules() throws IOException {
        classes = new ArrayList<>(CompiledClass.of("scanline.engine"));
        classes.addAll(CompiledClass.of("scanline.data"));
        classes.addAll(CompiledClass.of("scanline.lab"));
        assertThat(classes).extracting(CompiledClass::packageName).contains(KERNEL, "scanline.data.dataset");
    }

    @Test
    void thePackagesReferToEachOtherAsDeclared() {
        TreeSet<String> declared = declaredEdges();
        TreeSet<String> found = edges(classes);
        TreeSet<String> unexpected = new TreeSet<>(found);
        unexpected.removeAll(declared);
        TreeSet<String> vanished = new TreeSet<>(declared);
        vanished.removeAll(found);
        assertThat(unexpected.isEmpty() && vanished.isEmpty())
                .withFailMessage(
                        "%nThe arrows between the packages are not those in EDGES.%nUnexpected:%n%s%nVanished:%n%s",
                        witnesses(unexpected), lines(vanished))
                .isTrue();
    }

    @Test
    void noPackagesReferToEachOtherInACircle() {
        assertThat(circle(edges(classes))).isEmpty();
    }

    @Test
    void circularDependenciesAreFound() {
        TreeSet<String> edges = new TreeSet<>(Set.of("a -> b", "b -> c", "c -> a", "a -> d", "e -> a"));
        assertThat(circle(edges)).containsExactly("a -> b", "b -> c", "c -> a");
    }

    @Test
    void noPackageAboveTheEngineHasTooManyFiles() {
        assertThat(tooFull(classes)).isEmpty();
    }

    @Test
    void aPackageWithTooManyFilesIsFound() {
        List<CompiledClass> planted = IntStream.rangeClosed(0, MOST_FILES)
                .mapToObj(i -> generated("scanline.lab.planted.Planted" + i, CodeBuilder::return_)).toList();
        assertThat(tooFull(planted)).containsExactly("lab.planted");
        assertThat(tooFull(planted.subList(0, MOST_FILES))).isEmpty();
    }

    @Test
    void onlyTheKernelsUseTheVectorApi() {
        assertThat(vectorUsersOutsideTheKernels(classes)).isEmpty();
    }

    @Test
    void nothingNondeterministicIsUsed() {
        assertThat(irreproducible(classes)).isEmpty();
    }

    @Test
    void callsOfInexactMathAreFound() throws IOException {
        String planted = Planted.class.getName();
        assertThat(irreproducible(List.of(compiled(Planted.class)))).extracting(Use::toString)
                .containsExactlyInAnyOrder(planted + ".direct uses java.lang.Math.exp",
                        planted + ".reference uses java.lang.Math.tanh",
                        planted + ".streams uses java.util.List.parallelStream",
                        planted + ".streams uses java.util.stream.Stream.parallel");
    }

    @Test
    void usesOfTheVectorApiAreFound() {
        ClassDesc vector = ClassDesc.of(VECTOR_API, "FloatVector");
        ClassDesc operators = ClassDesc.of(VECTOR_API, "VectorOperators");
        CompiledClass planted = generated("scanline.lab.train.Planted", code -> code
                .getstatic(operators, "EXP", operators.nested("Unary"))
                .getstatic(operators, "ADD", operators.nested("Associative"))
                .invokevirtual(vector, "reduceLanes", MethodTypeDesc.of(ConstantDescs.CD_float))
                .return_());
        assertThat(vectorUsersOutsideTheKernels(List.of(planted))).containsExactly("scanline.lab.train.Planted");
        assertThat(irreproducible(List.of(planted))).extracting(Use::toString).containsExactly(
                "scanline.lab.train.Planted.run uses jdk.incubator.vector.VectorOperators.EXP",
                "scanline.lab.train.Planted.run uses jdk.incubator.vector.FloatVector.reduceLanes");
    }

    @Test
    void undeclaredDependenciesAreFound() {
        ClassDesc main = ClassDesc.of("scanline.lab.cli.Main");
        CompiledClass planted = generated("scanline.engine.kernel.Planted",
                code -> code.invokestatic(main, "main", ConstantDescs.MTD_void).return_());
        assertThat(edges(List.of(planted))).containsExactly("engine.kernel -> lab.cli");
    }

    /** Such an arrow would be in no constant that {@link CompiledClass#packages} sees. */
    @Test
    void noStringNamesAClass() {
        assertThat(classes).allSatisfy(type -> assertThat(type.classesInStrings()).as(type.name()).isEmpty());
    }

    @Test
    void classNamesInStringsAreFound() {
        CompiledClass planted = generated("scanline.lab.train.Planted",
                code -> code.ldc("scanline.lab/scanline.lab.cli.Main").pop().ldc("scanline.data.dataset.known").pop()
                        .return_());
        assertThat(planted.classesInStrings()).containsExactly("scanline.lab.cli.Main");
    }

    private static TreeSet<String> declaredEdges() {
        TreeSet<String> edges = new TreeSet<>();
        EDGES.lines().map(line -> line.strip().split("\\s+")).forEach(words -> {
            for (int to = 2; to < words.length; to++) {
                edges.add(words[0] + " -> " + words[to]);
            }
        });
        return edges;
    }

    /** What is left of the arrows when none is left that begins where no other ends, or ends where no other begins. */
    private static TreeSet<String> circle(TreeSet<String> edges) {
        TreeSet<String> left = new TreeSet<>(edges);
        while (left.removeIf(edge -> left.stream().noneMatch(other -> to(other).equals(from(edge)))
                || left.stream().noneMatch(other -> from(other).equals(to(edge))))) {
            // again, as others may begin or end nowhere now
        }
        return left;
    }

    private static String from(String edge) {
        return edge.substring(0, edge.indexOf(' '));
    }

    private static String to(String edge) {
        return edge.substring(edge.lastIndexOf(' ') + 1);
    }

    /** The packages above the engine with more files than a reader takes in at a glance. */
    private static List<String> tooFull(List<CompiledClass> classes) {
        return classes.stream().filter(type -> !type.name().contains("$"))
                .collect(Collectors.groupingBy(type -> room(type.packageName()), TreeMap::new, Collectors.counting()))
                .entrySet().stream()
                .filter(room -> !room.getKey().startsWith("engine.") && room.getValue() > MOST_FILES)
                .map(Map.Entry::getKey).toList();
    }

    private static TreeSet<String> edges(List<CompiledClass> classes) {
        return new TreeSet<>(edgesWithWitness(classes).keySet());
    }

    /** Each edge, and one class that makes it. */
    private static TreeMap<String, String> edgesWithWitness(List<CompiledClass> classes) {
        TreeMap<String, String> edges = new TreeMap<>();
        for (CompiledClass type : classes) {
            for (String to : type.packages()) {
                edges.putIfAbsent(room(type.packageName()) + " -> " + room(to), type.name());
            }
        }
        return edges;
    }

    private static String witnesses(Set<String> edges) {
        TreeMap<String, String> witnesses = edgesWithWitness(classes);
        return lines(edges.stream().map(edge -> edge + "   (for one, in " + witnesses.get(edge) + ")").toList());
    }

    private static String lines(Collection<String> edges) {
        return edges.isEmpty() ? "  none" : "  " + String.join("\n  ", edges);
    }

    private static String room(String packageName) {
        return packageName.substring("scanline.".length());
    }

    private static List<String> vectorUsersOutsideTheKernels(List<CompiledClass> classes) {
        return classes.stream()
                .filter(type -> !type.packageName().equals(KERNEL) && type.refersTo(VECTOR_API))
                .map(CompiledClass::name)
                .toList();
    }

    private static List<Use> irreproducible(List<CompiledClass> classes) {
        return classes.stream().flatMap(type -> type.uses().stream()).filter(ArchitectureTest::irreproducible).toList();
    }

    private static boolean irreproducible(Use use) {
        String member = use.member();
        return switch (use.owner()) {
            case "java.lang.Math" -> INEXACT_MATH.contains(member);
            case VECTOR_API + ".VectorOperators" -> INEXACT_OPERATORS.contains(member);
            case "java.util.Arrays" -> member.startsWith("parallel");
            default -> member.equals("parallelStream")
                    || member.equals("parallel") && use.owner().startsWith("java.util.stream.")
                    || member.startsWith("reduceLanes") && use.owner().startsWith(VECTOR_API);
        };
    }

    private static CompiledClass compiled(Class<?> type) throws IOException {
        String file = type.getName().substring(type.getPackageName().length() + 1) + ".class";
        try (InputStream in = type.getResourceAsStream(file)) {
            return CompiledClass.parse(in.readAllBytes());
        }
    }

    /** A class with one method, {@code run}. */
    private static CompiledClass generated(String name, Consumer<CodeBuilder> run) {
        return CompiledClass.parse(ClassFile.of(ClassFile.StackMapsOption.DROP_STACK_MAPS)
                .build(ClassDesc.of(name), type -> type
                        .withMethodBody("run", ConstantDescs.MTD_void, ClassFile.ACC_STATIC, run)));
    }

    /** Does what must not be done. */
    static final class Planted {
        private Planted() {}

        static double direct(double x) {
            return Math.exp(x) + StrictMath.exp(x) + Math.sqrt(x);
        }

        static DoubleUnaryOperator reference() {
            return Math::tanh;
        }

        static long streams(List<String> names) {
            return names.parallelStream().count() + Stream.of("a").parallel().count();
        }
    }
}
