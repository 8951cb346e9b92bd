package scanline.engine.cpu;

import scanline.engine.backend.Backend;
import scanline.engine.kernel.VectorApi;

/** Opens the backend on the Vector API by its name. A class, because a class path has no other kind of provider. */
public final class CpuProvider implements Backend.Provider {
    @Override
    public String name() {
        return Backend.DEFAULT;
    }

    @Override
    public Backend open(int threads) {
        VectorApi.require();
        return new CpuBackend(threads);
    }
}
