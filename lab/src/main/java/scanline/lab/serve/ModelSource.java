package scanline.lab.serve;

import java.io.IOException;

/** Where a model is opened from, again and again as its weights change. */
public interface ModelSource {
    /** Opens the model with its present weights. */
    ImageModel open() throws IOException;

    /** Something that is equal to its former value as long as the weights have not changed. */
    Object version() throws IOException;
}
