package scanline.lab.cli.terminal;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import picocli.CommandLine;
import scanline.lab.base.Json;
import scanline.lab.record.Verdict;

/** The verdicts on reproduced records: printed one by one and counted at the end, or printed at once as JSON. */
public final class Verdicts {
    private final PrintWriter out;
    private final boolean json;
    private final List<Verdict> all = new ArrayList<>();

    /** Begins without verdicts. */
    public Verdicts(PrintWriter out, boolean json) {
        this.out = out;
        this.json = json;
    }

    /** Adds a verdict. */
    public void add(Verdict verdict) {
        all.add(verdict);
        if (!json) {
            out.println(verdict.name() + " " + verdict.what());
            out.flush();
        }
    }

    /** Prints how many agree, and returns the exit status of the command. */
    public int conclude() {
        long agree = all.stream().filter(Verdict::agrees).count();
        out.println(json
                ? Json.text(Map.of("verdicts", all.stream().map(Verdicts::values).toList()))
                : agree + " of " + all.size() + " agree");
        out.flush();
        return agree == all.size() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private static Map<String, Object> values(Verdict verdict) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("name", verdict.name());
        values.put("agrees", verdict.agrees());
        values.put("what", verdict.what());
        return values;
    }
}
