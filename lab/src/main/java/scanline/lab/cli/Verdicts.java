package scanline.lab.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import picocli.CommandLine;
import scanline.lab.train.Json;

/** What was made again and compared with its record: told one by one, counted at the end; as JSON all at once. */
final class Verdicts {
    private final PrintWriter out;
    private final boolean json;
    private final List<Verdict> all = new ArrayList<>();

    Verdicts(PrintWriter out, boolean json) {
        this.out = out;
        this.json = json;
    }

    /**
     * Something that was made again.
     *
     * @param agrees whether it is what is recorded, to the bit
     * @param what it came to, or why it does not agree
     */
    record Verdict(String name, boolean agrees, String what) {
        static Verdict of(String name, String what, String difference) {
            return difference.isEmpty()
                    ? new Verdict(name, true, "agrees: " + what)
                    : new Verdict(name, false, "DIFFERS: " + difference);
        }

        private Map<String, Object> values() {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("name", name);
            values.put("agrees", agrees);
            values.put("what", what);
            return values;
        }
    }

    void add(Verdict verdict) {
        all.add(verdict);
        if (!json) {
            out.println(verdict.name() + " " + verdict.what());
            out.flush();
        }
    }

    int size() {
        return all.size();
    }

    /** Says how many agree; the exit status of the command. */
    int conclude() {
        long agree = all.stream().filter(Verdict::agrees).count();
        out.println(json
                ? Json.text(Map.of("verdicts", all.stream().map(Verdict::values).toList()))
                : agree + " of " + all.size() + " agree");
        out.flush();
        return agree == all.size() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
}
