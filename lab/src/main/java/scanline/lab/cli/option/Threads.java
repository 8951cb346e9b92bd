package scanline.lab.cli.option;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;
import scanline.lab.experiment.Compute;

/** The options {@code --threads} and {@code --backend}. */
public final class Threads {
    public static final int MOST = 1024;

    /** The description of {@code --backend}. */
    public static final String BACKEND = "Backend that computes: cpu, or reference, which is slow and rounds differently."
            + " Default: the environment variable SCANLINE_BACKEND, or else cpu.";

    @Spec(Target.MIXEE)
    private @Nullable CommandSpec command;

    private int count = Runtime.getRuntime().availableProcessors();

    private @Nullable Compute chosen;

    @Option(names = "--threads", paramLabel = "N",
            description = "Number of threads; it does not change the results. Default: one per processor.")
    void count(int wanted) {
        if (wanted < 1 || wanted > MOST) {
            throw new ParameterException(Objects.requireNonNull(command).commandLine(),
                    "--threads must be from 1 to " + MOST + ", not " + wanted);
        }
        count = wanted;
    }

    @Option(names = "--backend", paramLabel = "NAME", description = BACKEND)
    void backend(String name) {
        chosen = named(Objects.requireNonNull(command).commandLine(), name);
    }

    /** Returns the backend of that name, with one thread, for a command that has an option for it. */
    public static Compute named(CommandLine line, String name) {
        try {
            return new Compute(name, 1);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(line, "--backend: " + e.getMessage());
        }
    }

    /**
     * Returns what to compute with.
     *
     * @throws scanline.lab.base.RunException if the environment variable names no backend
     */
    public Compute compute() {
        return chosen == null ? Compute.with(count) : new Compute(chosen.backend(), count);
    }

    public int count() {
        return count;
    }

    @Override
    public String toString() {
        return count + (count == 1 ? " thread" : " threads");
    }
}
