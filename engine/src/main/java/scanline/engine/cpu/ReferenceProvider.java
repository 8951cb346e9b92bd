package scanline.engine.cpu;

import scanline.engine.backend.Backend;

/** Opens the plain backend by its name. */
public final class ReferenceProvider implements Backend.Provider {
    @Override
    public String name() {
        return "reference";
    }

    @Override
    public Backend open(int threads) {
        return new ReferenceBackend();
    }
}
