package scanline.data.dataset;

import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import scanline.data.base.DataException;
import scanline.data.base.FileReading;

/** The IDX files in a zip archive, whose SHA-256 is checked before the first file is read. */
final class ZippedFiles implements IdxFiles {
    private final Path archive;
    private final Source.Archive source;
    private boolean checked;

    ZippedFiles(Path archive, Source.Archive source) {
        this.archive = archive;
        this.source = source;
    }

    @Override
    public String where() {
        return archive.toString();
    }

    @Override
    public String name(Part part) {
        return archive + "'s " + source.entries().get(part);
    }

    @Override
    public Stored open(Part part) throws IOException {
        check();
        ZipFile zip = new ZipFile(archive.toFile());
        try {
            ZipEntry entry = zip.getEntry(source.entries().get(part));
            if (entry == null) {
                throw new DataException(archive + ": has no " + source.entries().get(part));
            }
            return new Stored(new FilterInputStream(zip.getInputStream(entry)) {
                @Override
                public void close() throws IOException {
                    zip.close();
                }
            }, entry.getSize());
        } catch (IOException | RuntimeException e) {
            zip.close();
            throw e;
        }
    }

    /** Returns the size of the whole archive, which contains other sets too. */
    @Override
    public long storedBytes() {
        return FileReading.of(archive.toString(), () -> Files.size(archive));
    }

    private synchronized void check() {
        if (!checked) {
            if (!Files.isRegularFile(archive)) {
                throw new DataException(
                        archive.toAbsolutePath().getParent() + ": has no file " + archive.getFileName());
            }
            source.require(source.fileName(), archive);
            checked = true;
        }
    }
}
