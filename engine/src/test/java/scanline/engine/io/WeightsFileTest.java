package scanline.engine.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.io.SafeTensors.Entry;
import scanline.engine.nn.BatchNorm2d;
import scanline.engine.nn.Linear;
import scanline.engine.tensor.Engine;
import scanline.engine.tensor.Weights;

class WeightsFileTest {
    @TempDir
    private Path folder;

    private Path file = Path.of("");

    private final Weights weights = new Engine(new ReferenceBackend()).weights(1);

    @BeforeEach
    void buildAModel() {
        file = folder.resolve("weights.safetensors");
        new Linear(weights.scope("one"), 2, 1);
        new Linear(weights.scope("two"), 2, 1);
    }

    private LoadReport loaded(Map<String, String> metadata, String... names) throws IOException {
        return loaded(LoadOptions.WHOLE, metadata, names);
    }

    private LoadReport loaded(LoadOptions options, Map<String, String> metadata, String... names) throws IOException {
        List<Entry> entries = List.of(names).stream().map(name -> name.endsWith("weight")
                ? new Entry(name, new int[] {1, 2}, new float[] {name.length(), 2})
                : new Entry(name, new int[] {1}, new float[] {name.length()})).toList();
        SafeTensors.write(file, new SafeTensors(entries, metadata));
        return WeightsFile.load(file, weights, options);
    }

    private void assertRejected(String reason, Map<String, String> metadata, String... names) {
        assertRejected(LoadOptions.WHOLE, reason, metadata, names);
    }

    private void assertRejected(LoadOptions options, String reason, Map<String, String> metadata, String... names) {
        List<float[]> before = weights.parameters().stream().map(parameter -> parameter.values().clone()).toList();
        assertThatThrownBy(() -> loaded(options, metadata, names)).isInstanceOf(FormatException.class)
                .hasMessage(file + ": " + reason);
        for (int i = 0; i < before.size(); i++) {
            assertThat(weights.parameters().get(i).values()).isEqualTo(before.get(i));
        }
    }

    @Test
    void aFileThatFitsUnchangedHasNothingToReport() throws IOException {
        LoadReport report = loaded(Map.of("format", "pt"), "two.bias", "two.weight", "one.weight", "one.bias");
        assertThat(report.lines()).isEmpty();
        assertThat(report.metadata()).containsExactly(Map.entry("format", "pt"));
        assertThat(weights.parameters().getFirst().values()).containsExactly(10, 2);
    }

    /** As torch.compile, DataParallel, both of them, and modules that hold the model write them. */
    @ParameterizedTest
    @ValueSource(strings = {"_orig_mod.", "module.", "module._orig_mod.", "model.", "network.", "a.b.c.d.e.f.g.h."})
    void aPrefixOfAllNamesIsRemoved(String prefix) throws IOException {
        LoadReport report = loaded(Map.of(), prefix + "two.bias", prefix + "two.weight", prefix + "one.weight",
                prefix + "one.bias");
        assertThat(report.prefix()).isEqualTo(prefix);
        assertThat(report.lines()).containsExactly(
                file + ": the names of all tensors start with \"" + prefix + "\"; this prefix was removed");
        assertThat(weights.parameters().getFirst().values()).containsExactly(prefix.length() + 10, 2);
    }

    @Test
    void aPrefixOfSomeNamesStays() {
        assertRejected("tensor one.weight of shape [1, 2] is missing", Map.of(), "module.one.weight",
                "module.one.bias", "module.two.weight", "two.bias");
        assertRejected("tensor one.weight of shape [1, 2] is missing", Map.of(), "moduleone.weight", "moduleone.bias");
        assertRejected("tensor one.weight of shape [1, 2] is missing", Map.of());
    }

    @Test
    void afterAPrefixIsRemovedEverythingMustStillFit() {
        assertRejected("tensor two.bias of shape [1] is missing", Map.of(), "module.one.weight", "module.one.bias",
                "module.two.weight");
        assertRejected("tensor \"module.more\" belongs to no parameter of this model", Map.of(), "module.one.weight",
                "module.one.bias", "module.two.weight", "module.two.bias", "module.more");
    }

    /** As save_model of Hugging Face writes parameters that share their memory. */
    @Test
    void aTiedTensorIsTheOneNamedInTheMetadata() throws IOException {
        LoadReport report = loaded(Map.of("two.weight", "one.weight"), "one.weight", "one.bias", "two.bias");
        assertThat(report.tied()).containsExactly(Map.entry("two.weight", "one.weight"));
        assertThat(report.lines()).containsExactly(file + ": two.weight uses the values of tensor \"one.weight\", to"
                + " which the file's metadata tie it");
        assertThat(weights.parameters().get(2).values()).containsExactly(10, 2);
        report = loaded(Map.of("module.one.weight", "module.two.weight"), "module.two.weight", "module.one.bias",
                "module.two.bias");
        assertThat(report.lines()).hasSize(2);
        assertThat(weights.parameters().getFirst().values()).containsExactly(17, 2);
    }

    @Test
    void tensorsMayBeNamedLikeParametersOfOtherModels() throws IOException {
        loaded(Map.of("two.weight", "head.weight"), "one.weight", "one.bias", "head.weight", "two.bias");
        assertThat(weights.parameters().get(2).values()).containsExactly(11, 2);
    }

    @Test
    void metadataTieNoTensorThatIsPresentOrHasAnotherShape() throws IOException {
        loaded(Map.of("two.weight", "one.weight"), "one.weight", "one.bias", "two.weight", "two.bias");
        assertThat(weights.parameters().get(2).values()).containsExactly(10, 2);
        assertRejected("tensor two.weight of shape [1, 2] is missing", Map.of("two.weight", "nowhere"), "one.weight",
                "one.bias", "two.bias");
        assertRejected("tensor two.weight has shape [1], but the model needs [1, 2]",
                Map.of("two.weight", "one.bias"), "one.weight", "one.bias", "two.bias");
    }

    @Test
    void conversionsAreReported() {
        assertThat(report("BF16", "F16").lines()).containsExactly(
                "x: tensors of dtype BF16, F16 were converted to F32, which represents all of their values exactly");
        assertThat(report("F64").lines())
                .containsExactly("x: tensors of dtype F64 were converted to F32, rounded to the nearest float");
    }

    private static LoadReport report(String... converted) {
        return new LoadReport(Path.of("x"), Map.of(), "", Map.of(), new TreeSet<>(List.of(converted)),
                List.of(), List.of());
    }

    @Test
    void tensorsAreRenamedByPatterns() throws IOException {
        LoadOptions options = LoadOptions.WHOLE.renamed("encoder.a.*", "one.*").renamed("head.bias", "two.bias")
                .renamed("*", "two.*");
        LoadReport report = loaded(options, Map.of(), "encoder.a.weight", "encoder.a.bias", "head.bias",
                "weight");
        assertThat(report.lines()).isEmpty();
        assertThat(weights.parameters().stream().map(parameter -> parameter.values()[0])).containsExactly(
                16f, 14f, 6f, 9f);
    }

    @Test
    void aPrefixAndTiesAreThoseOfRenamedTensors() throws IOException {
        LoadReport report = loaded(LoadOptions.WHOLE.renamed("m.a.*", "m.one.*").renamed("m.b.*", "m.two.*"),
                Map.of("m.b.weight", "m.a.weight"), "m.a.weight", "m.a.bias", "m.b.bias");
        assertThat(report.prefix()).isEqualTo("m.");
        assertThat(report.tied()).containsExactly(Map.entry("two.weight", "m.a.weight"));
    }

    @Test
    void renamingsThatCannotBeMeantAreRejected() {
        assertRejected(LoadOptions.WHOLE.renamed("encodr.*", "one.*"),
                "no tensor matches \"encodr.*\", which is to be renamed; the nearest is \"encoder.weight\"", Map.of(),
                "encoder.weight", "two.bias");
        assertRejected(LoadOptions.WHOLE.renamed("a.*", "one.*"),
                "tensors \"a.weight\" and \"one.weight\" have the same name after renaming, \"one.weight\"", Map.of(),
                "a.weight", "one.weight");
        assertThatThrownBy(() -> LoadOptions.WHOLE.renamed("a.*", "one.weight"))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("a renaming needs as many * in both patterns,"
                        + " but \"a.*\" has 1, and \"one.weight\" has 0");
    }

    @Test
    void aPartialLoadReportsWhatWasMissingAndWhatWasLeftOver() throws IOException {
        float[] before = weights.parameters().getLast().values();
        LoadReport report = loaded(LoadOptions.WHOLE.partly(), Map.of(), "one.weight", "one.bias", "two.weight",
                "more.bias", "more.weight");
        assertThat(report.missing()).containsExactly("two.bias");
        assertThat(report.unused()).containsExactly("more.bias", "more.weight");
        assertThat(report.lines()).containsExactly(
                file + ": 1 parameter of the model is missing and keeps its values: two.bias",
                file + ": 2 tensors belong to no parameter of the model and were left over: \"more.bias\","
                        + " \"more.weight\"");
        assertThat(weights.parameters().getLast().values()).isEqualTo(before);
        assertThat(weights.parameters().getFirst().values()).containsExactly(10, 2);
        report = loaded(LoadOptions.WHOLE.partly(), Map.of(), "one.weight", "1", "2", "3", "4", "5", "6");
        assertThat(report.lines()).containsExactly(
                file + ": 3 parameters of the model are missing and keep their values: one.bias, two.weight, two.bias",
                file + ": 6 tensors belong to no parameter of the model and were left over: \"1\", \"2\", \"3\", \"4\","
                        + " \"5\" and 1 more");
    }

    @Test
    void aPartialLoadStillNeedsTheRightShapesAndSomethingThatFits() {
        LoadOptions partly = LoadOptions.WHOLE.partly();
        assertRejected(partly.renamed("one.bias", "two.weight"),
                "tensor two.weight has shape [1], but the model needs [1, 2]", Map.of(), "one.weight", "one.bias");
        assertRejected(partly, "no tensor has the name of a parameter of this model, such as one.weight; there is"
                + " \"fc.weight\"", Map.of(), "fc.weight");
        assertRejected(partly, "no tensor has the name of a parameter of this model, such as one.weight", Map.of());
    }

    @Test
    void whatIsToBeKeptIsNotRead() throws IOException {
        float[] before = weights.parameters().getFirst().values();
        LoadReport report = loaded(LoadOptions.WHOLE.keeping(List.of("*.weight")), Map.of(), "one.bias", "two.bias",
                "two.weight");
        assertThat(report.lines()).isEmpty();
        assertThat(weights.parameters().getFirst().values()).isEqualTo(before);
        assertThat(weights.parameters().get(1).values()).containsExactly(8);
        assertThatThrownBy(() -> loaded(LoadOptions.WHOLE.keeping(List.of("too.*")), Map.of(), "one.bias"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no parameter matches \"too.*\", which is to keep its values; the nearest is two.weight");
    }

    @Test
    void statisticsAreFoundAfterAPrefixToo() throws IOException {
        Weights model = new Engine(new ReferenceBackend()).weights(1);
        new BatchNorm2d(model.scope("bn"), 1);
        List<Entry> entries = WeightsFile.entries("module.", model);
        SafeTensors.write(file, new SafeTensors(entries, Map.of()));
        assertThat(WeightsFile.load(file, model).prefix()).isEqualTo("module.");
    }
}
