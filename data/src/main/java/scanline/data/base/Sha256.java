package scanline.data.base;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Computes SHA-256 hashes of files and other bytes, in hexadecimal. */
public final class Sha256 {
    private Sha256() {}

    /** Returns the hash of a file's bytes as they are stored. */
    public static String of(Path file) {
        return FileReading.of(file.toString(), () -> {
            try (InputStream in = Files.newInputStream(file)) {
                return of(in);
            }
        });
    }

    /** Returns the hash of an array of bytes. */
    public static String of(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    /** Returns the hash of the remaining bytes of a stream. */
    public static String of(InputStream in) throws IOException {
        MessageDigest digest = digest();
        byte[] some = new byte[1 << 16];
        for (int n = in.read(some); n >= 0; n = in.read(some)) {
            digest.update(some, 0, n);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Returns a new digest. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
