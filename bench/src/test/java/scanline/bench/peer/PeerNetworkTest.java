package scanline.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import scanline.bench.peer.PeerNetwork.Kind;
import scanline.engine.tensor.Weights;
import scanline.lab.model.Classifier;
import scanline.lab.model.EncoderModel;
import scanline.lab.model.Model;
import scanline.lab.model.RecurrentModel;
import scanline.lab.model.SequenceModel;
import scanline.lab.model.VitModel;
import scanline.lab.recipe.Recipes;

/** What peer.py and DjlCase are told of a model. */
class PeerNetworkTest {
    @Test
    void aModelIsDescribedByTheComponentsOfItsRecord() {
        assertThat(PeerNetwork.of(VitModel.DEFAULT).description()).isEqualTo(Map.of("model", "vit", "width", 64,
                "depth", 6, "heads", 8, "headWidth", 64, "mlp", 128, "dropout", 0.0));
        assertThat(PeerNetwork.of(EncoderModel.DEFAULT).description()).isEqualTo(
                Map.of("model", "encoder", "width", 64, "depth", 6, "heads", 4, "feedForward", 256, "dropout", 0.1,
                        "positions", true, "pooling", "FIRST", "init", "UNIFORM"));
        assertThat(PeerNetwork.of(RecurrentModel.DEFAULT).description()).containsEntry("model", "recurrent")
                .containsEntry("cell", "LSTM").containsEntry("hidden", 128).doesNotContainKey("init");
    }

    @Test
    void theLayerOfASequenceModelIsDescribedWithIt() {
        assertThat(PeerNetwork.of(SequenceModel.DEFAULT).description()).containsEntry("model", "sequence")
                .containsEntry("layer", "recurrence").containsEntry("layer.cell", "LSTM")
                .containsEntry("gate", "HALF").containsEntry("readout", "MEAN").doesNotContainKey("layer.init");
    }

    /** A component that is renamed must be renamed there, too. */
    @Test
    void networksPyReadsOnlyWhatACaseHas() throws IOException {
        Set<String> known = new HashSet<>(Set.of("shape", "classes", "parameters"));
        known.addAll(PeerNetwork.of(SequenceModel.DEFAULT).description().keySet());
        Recipes.names().forEach(
                name -> known.addAll(PeerNetwork.of(Recipes.find(name, List.of()).model()).description().keySet()));
        for (String file : List.of("networks.py", "sequences.py")) {
            assertThat(Pattern.compile("case\\[\"([^\"]+)\"]")
                    .matcher(Files.readString(Path.of("src", "main", "python", file))).results()
                    .map(key -> key.group(1))).isNotEmpty().isSubsetOf(known);
        }
    }

    @Test
    void onlyDropoutMakesTheLossRandom() {
        assertThat(PeerNetwork.of(VitModel.DEFAULT).dropsOut()).isFalse();
        assertThat(PeerNetwork.of(EncoderModel.DEFAULT).dropsOut()).isTrue();
    }

    @Test
    void everyModelTypeIsSupported() {
        assertThat(Recipes.names()).allSatisfy(
                name -> assertThat(PeerNetwork.of(Recipes.find(name, List.of()).model()).choices()).isNotEmpty());
    }

    @Test
    void theHeadReadsWhatTheModelClassifies() {
        assertThat(choices("model.bidirectional=false").get("head")).containsExactly("output", "state");
        assertThat(choices("model.bidirectional=true").get("head")).containsExactly("state");
        assertThat(choices("model.readout=mean").get("head")).containsExactly("output");
    }

    @Test
    void djlIsMeasuredInPredictionsAndInTrainingRecurrentNetworks() {
        assertThat(Djl.knows(Case.training("lstm-rows"))).isTrue();
        assertThat(Djl.knows(Case.training("vit"))).isFalse();
        assertThat(Djl.knows(new Case("vit", Case.Work.PREDICT, 8))).isTrue();
        assertThat(Case.training("row-transformer").network().kind()).isEqualTo(Kind.ENCODER);
    }

    @Test
    void whatTheOtherFrameworksDoNotSupportIsRejected() {
        assertThatExceptionOfType(BenchException.class).isThrownBy(() -> PeerNetwork.of(new OddModel()))
                .withMessage("the other sides do not support OddModel");
    }

    private static Map<String, List<String>> choices(String override) {
        return PeerNetwork.of(Recipes.find("lstm-rows", List.of(override)).model()).choices();
    }

    private record OddModel() implements Model {
        @Override
        public Classifier build(Weights weights, Input input) {
            throw new UnsupportedOperationException();
        }
    }
}
