package scanline.engine.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scanline.engine.tensor.GradientCheck;
import scanline.engine.tensor.Predictor;
import scanline.engine.tensor.Tape;
import scanline.engine.tensor.Tensor;

/** No op without an entry in {@link Ops}, and no entry without an op. */
class OpListTest {
    @Test
    void everyOpHasAnEntryAndEveryEntryAnOp() throws IOException, ReflectiveOperationException {
        requireEntries(classesOf(Tape.class), names());
    }

    @Test
    void anOpWithoutAnEntryIsNamed() {
        Set<String> names = new TreeSet<>(Set.of("Invented.cube"));
        assertThatThrownBy(() -> requireEntries(List.of(Invented.class), names)).isInstanceOf(AssertionError.class)
                .hasMessageContaining("without an entry").hasMessageContaining("Invented.norm")
                .hasMessageNotContaining("cube").hasMessageNotContaining("hidden");
    }

    @Test
    void anEntryWithoutAnOpIsNamed() {
        Set<String> names = new TreeSet<>(Set.of("Invented.cube", "Invented.norm", "Invented.root"));
        assertThatThrownBy(() -> requireEntries(List.of(Invented.class), names)).isInstanceOf(AssertionError.class)
                .hasMessageContaining("name no op").hasMessageContaining("Invented.root");
    }

    @ParameterizedTest
    @MethodSource("scanline.engine.ops.Ops#all")
    void anEntryHasSamplesForEveryTestAndNoDuplicates(Op op) {
        assertThat(op.small()).as("samples with an expression in PyTorch").hasSizeGreaterThanOrEqualTo(3);
        assertThat(op.samples()).hasSizeGreaterThan(op.small().size());
        assertThat(op.samples().stream().map(Sample::label)).doesNotHaveDuplicates();
    }

    @Test
    void noOpHasTwoEntries() {
        assertThat(Ops.all().stream().flatMap(op -> op.names().stream())).doesNotHaveDuplicates();
    }

    private static Set<String> names() {
        return Ops.all().stream().flatMap(op -> op.names().stream()).collect(Collectors.toCollection(TreeSet::new));
    }

    private static void requireEntries(Collection<Class<?>> classes, Set<String> names) {
        Set<String> ops = new TreeSet<>();
        for (Class<?> type : classes) {
            for (Method method : type.getDeclaredMethods()) {
                if (isOp(method) && type != GradientCheck.class && type != Predictor.class) {
                    ops.add(type.getSimpleName() + "." + method.getName());
                }
            }
        }
        Set<String> missing = new TreeSet<>(ops);
        missing.removeAll(names);
        assertThat(missing).as("ops without an entry in scanline.engine.ops.Ops").isEmpty();
        Set<String> strange = new TreeSet<>(names);
        strange.removeAll(ops);
        assertThat(strange).as("entries of scanline.engine.ops.Ops that name no op").isEmpty();
    }

    /**
     * Whether everybody may call a method that makes a tensor or reads one: directly, or by the method of a tensor that
     * has its name.
     */
    private static boolean isOp(Method method) {
        int flags = method.getModifiers();
        return Modifier.isStatic(flags) && !method.isSynthetic()
                && (Modifier.isPublic(flags) || (!Modifier.isPrivate(flags) && isMethodOfTensors(method)))
                && (method.getReturnType() == Tensor.class || Stream.of(method.getGenericParameterTypes())
                        .map(Type::getTypeName).anyMatch(name -> name.contains(Tensor.class.getName())));
    }

    private static boolean isMethodOfTensors(Method method) {
        String name = method.getName().equals("transpose") ? "transposed" : method.getName();
        return Stream.of(Tensor.class.getMethods()).anyMatch(of -> of.getName().equals(name)
                && of.getReturnType() == Tensor.class);
    }

    /** The classes of a package, where it lies in a folder. */
    private static List<Class<?>> classesOf(Class<?> member) throws IOException, ReflectiveOperationException {
        List<Class<?>> classes = new ArrayList<>();
        URI place = URI.create(member.getResource(member.getSimpleName() + ".class").toString());
        try (Stream<Path> files = Files.list(Path.of(place).getParent())) {
            for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
                String name = file.getFileName().toString().replace(".class", "");
                classes.add(Class.forName(member.getPackageName() + "." + name));
            }
        }
        return classes;
    }

    /** Three ops, one of which is nobody's business. */
    static final class Invented {
        private Invented() {}

        public static Tensor cube(Tensor x) {
            return x;
        }

        public static float norm(List<Tensor> x) {
            return x.size();
        }

        static Tensor hidden(Tensor x) {
            return x;
        }
    }
}
