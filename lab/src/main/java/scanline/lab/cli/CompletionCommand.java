package scanline.lab.cli;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import scanline.lab.cli.option.EnumNames;

/** Prints the script with which a shell completes Scanline's commands. */
@Command(name = "completion", mixinStandardHelpOptions = true,
        description = "Print a script that completes commands, options, recipes and data sets in bash or zsh. Put this"
                + " into ~/.bashrc: source <(scanline completion bash); for zsh, the same with zsh into ~/.zshrc.")
final class CompletionCommand implements Runnable {
    /** The shells for which there is a script. */
    enum Shell {
        BASH, ZSH
    }

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(index = "0", paramLabel = "SHELL", completionCandidates = Shells.class,
            description = "Shell: ${COMPLETION-CANDIDATES}.")
    private Shell shell = Shell.BASH;

    @Override
    public void run() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        line.getOut().print(switch (shell) {
            case BASH, ZSH -> AutoComplete.bash("scanline", line.getParent()); // it loads bashcompinit if zsh reads it
        });
    }

    /** What a shell completes. */
    static final class Shells extends EnumNames {
        Shells() {
            super(Shell.class);
        }
    }
}
