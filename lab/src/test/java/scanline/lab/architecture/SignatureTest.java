package scanline.lab.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.RecordAttribute;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No method takes more than a reader can count, and no two records of the engine say the same. */
class SignatureTest {
    private static final String KERNEL = "scanline.engine.kernel";
    private static final int MOST = 8;
    // The inner loops take arrays and places in them, as a record there would cost time.
    private static final int MOST_OF_A_KERNEL = 14;

    @Test
    void noMethodHasTooManyParameters() throws IOException {
        assertThat(CompiledClass.of("scanline.engine").stream().flatMap(SignatureTest::tooLong)).isEmpty();
        assertThat(CompiledClass.of("scanline.data").stream().flatMap(SignatureTest::tooLong)).isEmpty();
        assertThat(CompiledClass.of("scanline.lab").stream().flatMap(SignatureTest::tooLong)).isEmpty();
    }

    @Test
    void methodsWithTooManyParametersAreFound() throws IOException {
        String planted = Planted.class.getName();
        assertThat(tooLong(compiled(Planted.class))).containsExactlyInAnyOrder(planted + ".<init>: 9",
                planted + ".nine: 9");
        assertThat(tooLong(compiled(Nine.class))).containsExactly(Nine.class.getName() + ".<init>: 10");
        assertThat(tooLong(generated("scanline.engine.tensor.Planted"))).hasSize(2);
        assertThat(tooLong(generated(KERNEL + ".Planted"))).containsExactly(KERNEL + ".Planted.longest: 15");
    }

    @Test
    void noTwoRecordsOfTheEngineHaveEqualComponents() throws IOException {
        assertThat(equalRecords(CompiledClass.of("scanline.engine"))).isEmpty();
    }

    @Test
    void duplicateRecordsAreFound() throws IOException {
        assertThat(equalRecords(List.of(compiled(First.class), compiled(Second.class), compiled(Third.class),
                compiled(Nine.class), compiled(Sum.class), compiled(Product.class))))
                .containsExactly(List.of(First.class.getName(), Second.class.getName()));
    }

    /** Those of a class that are written in its source, but for the canonical constructor of a record. */
    private static Stream<String> tooLong(CompiledClass type) {
        int most = type.packageName().equals(KERNEL) ? MOST_OF_A_KERNEL : MOST;
        return type.model().methods().stream()
                .filter(method -> !method.flags().has(AccessFlag.SYNTHETIC) && !isCanonical(type, method))
                .filter(method -> method.methodTypeSymbol().parameterCount() > most)
                .map(method -> type.name() + "." + method.methodName().stringValue() + ": "
                        + method.methodTypeSymbol().parameterCount());
    }

    private static boolean isCanonical(CompiledClass type, MethodModel method) {
        List<String> parameters = method.methodTypeSymbol().parameterList().stream().map(ClassDesc::descriptorString)
                .toList();
        return method.methodName().equalsString(ConstantDescs.INIT_NAME)
                && type.model().findAttribute(Attributes.record()).map(SignatureTest::types).map(parameters::equals)
                        .orElse(false);
    }

    private static List<String> types(RecordAttribute components) {
        return components.components().stream().map(component -> component.descriptor().stringValue()).toList();
    }

    /**
     * The names of records whose components have the same types and names in the same order, unless they are choices: records
     * that implement an interface of their own, and differ in what they do.
     */
    private static List<List<String>> equalRecords(List<CompiledClass> classes) {
        TreeMap<String, List<CompiledClass>> records = new TreeMap<>(classes.stream()
                .filter(type -> !components(type).isEmpty())
                .collect(Collectors.groupingBy(SignatureTest::components)));
        return records.values().stream().filter(equal -> equal.size() > 1 && !areChoices(equal))
                .map(equal -> equal.stream().map(CompiledClass::name).toList()).toList();
    }

    private static boolean areChoices(List<CompiledClass> records) {
        TreeSet<String> shared = interfaces(records.getFirst());
        records.forEach(type -> shared.retainAll(interfaces(type)));
        shared.remove("scanline/engine/geometry/Blocks"); // which says nothing of what a record does
        return !shared.isEmpty();
    }

    private static TreeSet<String> interfaces(CompiledClass type) {
        return type.model().interfaces().stream().map(ClassEntry::asInternalName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String components(CompiledClass type) {
        return type.model().findAttribute(Attributes.record()).stream()
                .flatMap(components -> components.components().stream())
                .map(component -> component.descriptor().stringValue() + " " + component.name().stringValue())
                .collect(Collectors.joining(", "));
    }

    private static CompiledClass compiled(Class<?> type) throws IOException {
        String file = type.getName().substring(type.getPackageName().length() + 1) + ".class";
        try (InputStream in = type.getResourceAsStream(file)) {
            return CompiledClass.parse(in.readAllBytes());
        }
    }

    /** A class with a method of 14 parameters and one of 15. */
    private static CompiledClass generated(String name) {
        return CompiledClass.parse(ClassFile.of().build(ClassDesc.of(name), type -> type
                .withMethodBody("long", ints(MOST_OF_A_KERNEL), ClassFile.ACC_STATIC, code -> code.return_())
                .withMethodBody("longest", ints(MOST_OF_A_KERNEL + 1), ClassFile.ACC_STATIC, code -> code.return_())));
    }

    private static MethodTypeDesc ints(int count) {
        return MethodTypeDesc.of(ConstantDescs.CD_void, Collections.nCopies(count, ConstantDescs.CD_int));
    }

    /** Does what must not be done, and what may. */
    static final class Planted {
        private final int sum;

        Planted(int a, int b, int c, int d, int e, int f, int g, int h, int i) {
            sum = nine(a, b, c, d, e, f, g, h, i);
        }

        int nine(int a, int b, int c, int d, int e, int f, int g, int h, int i) {
            return eight(a, b, c, d, e, f, g, h) + i;
        }

        int eight(int a, int b, int c, int d, int e, int f, int g, int h) {
            return sum + a + b + c + d + e + f + g + h;
        }
    }

    /** A record may have so many components; another constructor of it may not. */
    record Nine(int a, int b, int c, int d, int e, int f, int g, int h, int i) {
        Nine(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j) {
            this(a, b, c, d, e, f, g, h, i + j);
        }
    }

    /** Of the same components as the next. */
    record First(int rows, float[] values) {}

    /** Of the same components as the one before. */
    record Second(int rows, float[] values) {}

    /** Of the same types with other names. */
    record Third(int columns, float[] values) {}

    /** What two records of the same components may do each in its own way. */
    interface Choice {
        int of(int a);
    }

    /** A choice. */
    record Sum(int b) implements Choice {
        @Override
        public int of(int a) {
            return a + b;
        }
    }

    /** Another choice. */
    record Product(int b) implements Choice {
        @Override
        public int of(int a) {
            return a * b;
        }
    }
}
