package scanline.lab.http;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for results that other threads compute for requests. */
public final class Futures {
    private Futures() {}

    /**
     * Returns the result of a model, or throws what its computation threw.
     *
     * @throws Refusal if the result is not there after so many seconds, or there was not enough memory for it
     */
    public static <T> T await(CompletableFuture<T> result, int seconds) throws IOException, InterruptedException {
        try {
            return result.get(seconds, TimeUnit.SECONDS);
        } catch (TimeoutException _) {
            throw Refusal.later(503, "the model took longer than " + seconds + " s", 1);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case OutOfMemoryError _ -> throw Refusal.later(503, "not enough memory for this model", 5);
                case null, default -> throw new IllegalStateException(e);
            }
        }
    }
}
