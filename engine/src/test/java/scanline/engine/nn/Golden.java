package scanline.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static scanline.engine.tensor.Numbers.assertClose;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import scanline.engine.backend.Backend;
import scanline.engine.cpu.CpuBackend;
import scanline.engine.cpu.ReferenceBackend;
import scanline.engine.io.SafeTensors;
import scanline.engine.io.WeightsFile;
import scanline.engine.tensor.Parameter;
import scanline.engine.tensor.Shape;
import scanline.engine.tensor.Weights;

/** What PyTorch computed, in a file that a script of src/test/python wrote, and what of it nobody has asked for yet. */
final class Golden {
    // Of the largest magnitude of a tensor: rounding, added up differently.
    private static final double TOLERANCE = 1e-5;

    private final Path file;
    private final SafeTensors content;
    private final Set<String> unread;

    /** Reads {@code name.safetensors}. */
    Golden(String name) throws IOException {
        file = file(name);
        content = SafeTensors.read(file);
        unread = new TreeSet<>(content.tensors().keySet());
    }

    static Path file(String name) {
        return Path.of(URI.create(Golden.class.getResource("/golden/" + name + ".safetensors").toString()));
    }

    /** What is compared with PyTorch: the fast backend, which divides the work, and the plain one. */
    static Backend[] backends() {
        return new Backend[] {new CpuBackend(2), new ReferenceBackend()};
    }

    Shape shape(String name) {
        return Shape.of(content.tensors().get(name).shape());
    }

    float[] values(String name) {
        unread.remove(name);
        return content.tensors().get(name).values();
    }

    /** Numbers that were written as floats. */
    int[] integers(String name) {
        float[] values = values(name);
        int[] integers = new int[values.length];
        for (int i = 0; i < integers.length; i++) {
            integers[i] = (int) values[i];
        }
        return integers;
    }

    /** Sets every parameter from the tensor of its name after {@code prefix}. */
    void restore(String prefix, Weights weights) throws IOException {
        for (Parameter parameter : weights.parameters()) {
            WeightsFile.require(file, content, prefix + parameter.name(), parameter.shape().sizes());
            unread.remove(prefix + parameter.name());
        }
        WeightsFile.restore(prefix, content, weights);
    }

    void compare(String name, float[] actual) {
        assertClose(name, actual, values(name), TOLERANCE);
    }

    /** Compares every parameter with the tensor of its name after {@code prefix}. */
    void compareValues(String prefix, Weights weights) {
        weights.parameters().forEach(parameter -> compare(prefix + parameter.name(), parameter.values()));
    }

    /** Compares the gradient of every parameter with the tensor of its name after {@code prefix}. */
    void compareGradients(String prefix, Weights weights) {
        weights.parameters().forEach(parameter -> compare(prefix + parameter.name(), parameter.gradients()));
    }

    void assertEverythingWasCompared() {
        assertThat(unread).as("never read of %s", file.getFileName()).isEmpty();
    }
}
