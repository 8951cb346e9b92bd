package scanline.engine.ops;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.TreeSet;
import scanline.engine.backend.Backend;
import scanline.engine.cpu.ReferenceBackend;

/** Which duties the ops of {@link Ops} call. */
public final class OpCases {
    private OpCases() {}

    /** Their names, of passes forward and backward. */
    public static Set<String> called() {
        Set<String> names = new TreeSet<>();
        Backend reference = new ReferenceBackend();
        Backend recording = (Backend) Proxy.newProxyInstance(Backend.class.getClassLoader(),
                new Class<?>[] {Backend.class}, (_, operation, arguments) -> {
                    names.add(operation.getName());
                    try {
                        return operation.invoke(reference, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
        for (Op op : Ops.all()) {
            op.small().forEach(sample -> new Trial(recording, sample).train(sample.formula()));
        }
        names.remove("allocate");
        return names;
    }
}
