package scanline.lab.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintStream;
import java.text.NumberFormat;
import java.time.format.DateTimeFormatter;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import scanline.lab.architecture.CompiledClass.Use;

/** Digits and letters are the same on every machine: each method that looks at a locale is told which. */
class LocaleTest {
    private static final Set<String> METHODS = Set.of("format", "printf", "formatted", "toUpperCase", "toLowerCase");
    private static final Set<String> CLASSES = Set.of("java.util.Formatter", "java.util.Scanner",
            "java.text.NumberFormat",
            "java.text.DecimalFormat", "java.text.DecimalFormatSymbols", "java.text.SimpleDateFormat",
            "java.text.DateFormat", "java.text.MessageFormat", "java.text.Collator", "java.text.BreakIterator");
    private static final Set<String> OWNERS = Set.of("java.lang.String", "java.io.PrintStream", "java.io.PrintWriter",
            "java.io.Console");

    @Test
    void noResultDependsOnTheLocaleOfTheMachine() throws IOException {
        assertThat(Stream.of("scanline.engine", "scanline.data", "scanline.lab").flatMap(LocaleTest::classes)
                .flatMap(type -> type.uses().stream()).filter(LocaleTest::isLocal)).isEmpty();
    }

    @Test
    void localeDependentUsesAreFound() throws IOException {
        try (var in = LocaleTest.class.getResourceAsStream("LocaleTest$Planted.class")) {
            String planted = Planted.class.getName() + ".local uses java.";
            assertThat(CompiledClass.parse(in.readAllBytes()).uses().stream().filter(LocaleTest::isLocal))
                    .extracting(Use::toString)
                    .containsExactlyInAnyOrder(planted + "lang.String.format", planted + "lang.String.formatted",
                            planted + "lang.String.toUpperCase", planted + "lang.String.toLowerCase",
                            planted + "io.PrintStream.printf", planted + "util.Formatter.<init>",
                            planted + "text.NumberFormat.getInstance",
                            planted + "time.format.DateTimeFormatter.ofPattern");
        }
    }

    private static Stream<CompiledClass> classes(String module) {
        try {
            return CompiledClass.of(module).stream();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isLocal(Use use) {
        return !use.type().contains("Ljava/util/Locale;") && switch (use.member()) {
            case "<init>", "getInstance" -> CLASSES.contains(use.owner());
            case "ofPattern", "ofLocalizedDate", "ofLocalizedTime", "ofLocalizedDateTime" ->
                use.owner().equals("java.time.format.DateTimeFormatter");
            case "getDefault" -> use.owner().equals("java.util.Locale");
            default -> METHODS.contains(use.member()) && OWNERS.contains(use.owner());
        };
    }

    /** Does what must not be done, and what may. */
    static final class Planted {
        private Planted() {}

        static List<Object> local(PrintStream out) {
            UnaryOperator<String> reference = String::toUpperCase;
            return List.of(String.format("%d", 1), "%d".formatted(1), reference, "I".toLowerCase(),
                    out.printf("%d", 1), new Formatter(), NumberFormat.getInstance(), DateTimeFormatter.ofPattern("d"));
        }

        static List<Object> told(PrintStream out) {
            UnaryOperator<String> reference = text -> text.toUpperCase(Locale.ROOT);
            return List.of(String.format(Locale.ROOT, "%d", 1), reference, out.printf(Locale.ROOT, "%d", 1),
                    new Formatter(Locale.ROOT), DateTimeFormatter.ofPattern("d", Locale.ROOT));
        }
    }
}
