package scanline.lab.cli.option;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The option {@code --threads}. */
public final class Threads {
    public static final int MOST = 1024;

    @Spec(Target.MIXEE)
    private @Nullable CommandSpec command;

    private int count = Runtime.getRuntime().availableProcessors();

    @Option(names = "--threads", paramLabel = "N",
            description = "Number of threads; it does not change the results. Default: one per processor.")
    void count(int wanted) {
        if (wanted < 1 || wanted > MOST) {
            throw new ParameterException(Objects.requireNonNull(command).commandLine(),
                    "--threads must be from 1 to " + MOST + ", not " + wanted);
        }
        count = wanted;
    }

    public int count() {
        return count;
    }

    @Override
    public String toString() {
        return count + (count == 1 ? " thread" : " threads");
    }
}
