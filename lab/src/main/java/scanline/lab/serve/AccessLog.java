package scanline.lab.serve;

import java.io.IOException;
import java.io.Writer;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import scanline.lab.base.Json;
import scanline.lab.http.Observer;

/** Writes a line of JSON for each request. Lines are buffered until the next {@link #flush}. */
final class AccessLog implements Observer {
    private static final int LONGEST_PATH = 200;
    private static final double NANOS_PER_MILLISECOND = 1e6;

    private final Writer out;
    private final Consumer<Throwable> faults;
    private boolean failed;

    /**
     * Starts a log.
     *
     * @param out a buffered writer
     * @param faults receives the error after which nothing more is written
     */
    AccessLog(Writer out, Consumer<Throwable> faults) {
        this.out = out;
        this.faults = faults;
    }

    @Override
    public void began() {
        // it is logged at its end
    }

    @Override
    public void ended(Ended ended) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("time", Instant.now().toString());
        line.put("client", ended.client());
        line.put("method", ended.method());
        line.put("path", ended.path().length() > LONGEST_PATH ? ended.path().substring(0, LONGEST_PATH) : ended.path());
        line.put("status", ended.status());
        line.put("milliseconds", ended.nanos() / NANOS_PER_MILLISECOND);
        line.putAll(ended.notes());
        String text = Json.line(line) + "\n";
        write(() -> out.write(text));
    }

    void flush() {
        write(out::flush);
    }

    private interface Writing {
        void write() throws IOException;
    }

    private synchronized void write(Writing writing) {
        if (!failed) {
            try {
                writing.write();
            } catch (IOException e) {
                failed = true;
                faults.accept(new IOException("the access log ends here: " + e.getMessage(), e));
            }
        }
    }
}
