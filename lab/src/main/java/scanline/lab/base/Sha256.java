package scanline.lab.base;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The SHA-256 of what lies on a disk, in hexadecimal. */
public final class Sha256 {
    private Sha256() {}

    /** That of a file's bytes as they are stored. */
    public static String of(Path file) {
        return FileReading.of(file.toString(), () -> {
            try (InputStream in = Files.newInputStream(file)) {
                return of(in);
            }
        });
    }

    /** That of some bytes. */
    public static String of(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    /** That of what a stream still has to give. */
    public static String of(InputStream in) throws IOException {
        MessageDigest digest = digest();
        byte[] some = new byte[1 << 16];
        for (int n = in.read(some); n >= 0; n = in.read(some)) {
            digest.update(some, 0, n);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** A new digest. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
