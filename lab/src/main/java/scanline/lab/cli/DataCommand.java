package scanline.lab.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import scanline.data.base.DataException;
import scanline.data.dataset.Dataset;
import scanline.data.dataset.Datasets;
import scanline.data.dataset.Fetch;
import scanline.data.dataset.IdxFiles;
import scanline.data.dataset.IdxFiles.Part;
import scanline.data.dataset.ImageFolder;
import scanline.data.dataset.KnownSet;
import scanline.data.plugin.Plugins;
import scanline.lab.cli.terminal.StatusLine;

/** The command {@code scanline data}. */
@Command(name = "data", mixinStandardHelpOptions = true, description = "List, download and verify data sets.")
public final class DataCommand {
    private static final String ROW = "%-16s %s%n";

    private final Datasets datasets;

    @Spec
    private @Nullable CommandSpec spec;

    /** Creates the command for the user's data sets. */
    public DataCommand() {
        this(Datasets.ofUser());
    }

    DataCommand(Datasets datasets) {
        this.datasets = datasets;
    }

    @Command(description = "List the data sets and where each one is stored.", mixinStandardHelpOptions = true)
    void list() {
        PrintWriter out = line().getOut();
        for (KnownSet set : Datasets.known()) {
            out.printf(Locale.ROOT, ROW, set.name(), set.description());
            out.printf(Locale.ROOT, ROW, "", "license " + set.license());
            out.printf(Locale.ROOT, ROW, "", datasets.found(set)
                    .map(files -> String.format(Locale.ROOT, "%s, %.1f MB", files.where(), files.storedBytes() / 1e6))
                    .orElse("not downloaded: run ./scanline data fetch " + set.name()));
        }
        for (Dataset set : Datasets.ofPlugins()) {
            out.printf(Locale.ROOT, ROW, set.name(), "of the plugin "
                    + Plugins.current().jar(set.getClass()).map(Plugins.Jar::file).orElse(set.getClass().getName()));
        }
        out.printf(Locale.ROOT, ROW, Datasets.IDX, "any folder of four IDX files, raw or gzipped, named like MNIST's");
        out.printf(Locale.ROOT, ROW, "", "data=idx data.dir=FOLDER");
        out.printf(Locale.ROOT, ROW, ImageFolder.NAME,
                "any folder of PNG or JPEG images, with a subfolder for each class");
        out.printf(Locale.ROOT, ROW, "", "data=folder data.dir=FOLDER, and data.folder.size, .test, .seed, .prepare");
        out.flush();
    }

    @Command(description = "Download a data set; an interrupted download is resumed.",
            mixinStandardHelpOptions = true)
    void fetch(@Parameters(paramLabel = "NAME", completionCandidates = Names.class,
            description = "Name of the data set, as listed by `data list`.") String name,
            @Option(names = "--dir", paramLabel = "DIR",
                    description = "Folder to store it in. Default: the cache folder.") @Nullable Path folder) {
        KnownSet set = Datasets.known(name);
        Path target = folder == null ? datasets.folder(set) : folder;
        StatusLine status = StatusLine.onTerminal(line().getErr());
        try {
            new Fetch(set, System.getenv(), status::print, status::show).into(target);
        } finally {
            status.erase();
        }
        line().getOut().printf(Locale.ROOT, "%s is in %s%n", name, target);
        line().getOut().flush();
    }

    @Command(description = "Check data sets by SHA-256; the exit status is 1 if any file differs.",
            mixinStandardHelpOptions = true)
    int verify(@Parameters(paramLabel = "NAME", arity = "0..1", completionCandidates = Names.class,
            description = "Name of the data set. Default: all that are found.") @Nullable String name,
            @Option(names = "--dir", paramLabel = "DIR",
                    description = "Folder to check. Default: where the data set is found.") @Nullable Path folder) {
        if (name == null) {
            if (folder != null) {
                throw new ParameterException(line(), "--dir needs the NAME of the data set in that folder");
            }
            return verify(Datasets.known().stream().filter(set -> datasets.found(set).isPresent()).toList(), null);
        }
        return verify(List.of(Datasets.known(name)), folder);
    }

    private int verify(List<KnownSet> sets, @Nullable Path folder) {
        int status = CommandLine.ExitCode.OK;
        for (KnownSet set : sets) {
            IdxFiles files = datasets.files(set, folder);
            for (Part part : Part.values()) {
                String finding = "OK";
                try {
                    set.read(part, files);
                } catch (DataException e) {
                    finding = "FAILED " + e.getMessage();
                    status = CommandLine.ExitCode.SOFTWARE;
                }
                line().getOut().printf(Locale.ROOT, "%-16s %-24s %s%n", set.name(), part.fileName(), finding);
                line().getOut().flush();
            }
        }
        return status;
    }

    private CommandLine line() {
        return Objects.requireNonNull(spec).commandLine();
    }

    /** The names of the data sets, which a shell completes. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Datasets.known().stream().map(KnownSet::name).iterator();
        }
    }
}
