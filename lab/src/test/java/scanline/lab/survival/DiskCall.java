package scanline.lab.survival;

import java.nio.file.Path;

/** What a program asks of a disk, on the paths of the disk below. */
sealed interface DiskCall {
    /** Makes a folder. */
    record CreateFolder(Path folder) implements DiskCall {}

    /** Makes an empty file. */
    record Create(Path file) implements DiskCall {}

    /** Writes bytes behind those that are there. */
    record Append(Path file, byte[] bytes) implements DiskCall {}

    /** Forces the content of a file, or the names in a folder, to the disk. */
    record Force(Path path) implements DiskCall {}

    /** Gives a file the name of another. */
    record Move(Path from, Path to) implements DiskCall {}

    /** Deletes a file. */
    record Delete(Path file) implements DiskCall {}

    /** Opens a file, reads from it, or lists a folder. */
    record Read(Path path) implements DiskCall {}
}
