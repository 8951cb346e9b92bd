package scanline.lab.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import picocli.CommandLine;

/** What the command line does with some words: exit status, standard output, standard error. */
public record Answer(int status, String out, String err) {
    public static Answer answer(String... words) {
        return answer(Main.commandLine(), words);
    }

    public static Answer answer(List<String> words) {
        return answer(words.toArray(String[]::new));
    }

    public static Answer answer(CommandLine line, String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int status = Main.execute(line, words);
        return new Answer(status, out.toString(), err.toString());
    }
}
