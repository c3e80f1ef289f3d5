package dev.portcullis.ops.server;

import dev.portcullis.crypto.MasterKey;
import dev.portcullis.crypto.Randoms;
import dev.portcullis.ops.server.ServerConfig.KeySource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The master key as the settings want it: given, kept in a file of our own (mode 0600, written whole or not at all, made once), or forgotten at exit. With another
 * key nobody's tokens open any more, so a file that is damaged is not replaced but complained of.
 */
public final class MasterKeyFile {
    private static final int KEY_BYTES = 32;
    private static final int KEY_CHARS = 43;
    private static final Set<PosixFilePermission> OURS_ALONE =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private MasterKeyFile() {}

    /**
     * Blocks on the disk.
     *
     * @throws StartException CONFIG: the file holds no key, or others can read it; UNAVAILABLE: it can be neither read nor written
     */
    public static MasterKey of(KeySource source) throws StartException {
        return switch (source) {
            case KeySource.Given(Secret secret, List<Secret> earlier) ->
                new MasterKey(
                        secret.reveal(), earlier.stream().map(Secret::reveal).toList());
            case KeySource.KeptIn(Path file) -> new MasterKey(readOrMake(file));
            case KeySource.Fleeting() -> new MasterKey(Randoms.base64Url(KEY_BYTES));
        };
    }

    private static String readOrMake(Path file) throws StartException {
        try {
            if (!Files.exists(file)) {
                make(file);
            }
            requireOursAlone(file);
            String key = Files.readString(file, StandardCharsets.US_ASCII).strip();
            if (key.length() == KEY_CHARS) {
                return key;
            }
        } catch (IOException e) {
            throw new StartException(
                    ExitCode.UNAVAILABLE,
                    "Cannot keep the key in " + file + " (" + e + "): make its folder writable, or set "
                            + Setting.COOKIE_ENCRYPTION_KEY + ".",
                    e);
        }
        throw new StartException(
                ExitCode.CONFIG,
                file + " holds no key of " + KEY_CHARS
                        + " characters: put the right one back, or delete the file together"
                        + " with the store, and everybody signs in anew.");
    }

    /** Written beside and moved, so that no half of a key is ever found; of two processes that race the first one's stays. */
    private static void make(Path file) throws IOException {
        Path folder = file.resolveSibling(".");
        Files.createDirectories(folder);
        Path beside = file.resolveSibling(file.getFileName() + "." + Randoms.base64Url(6) + ".new");
        byte[] key = (Randoms.base64Url(KEY_BYTES) + "\n").getBytes(StandardCharsets.US_ASCII);
        try {
            var options = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            try (var channel = FileChannel.open(beside, options, oursAlone(folder))) {
                channel.write(ByteBuffer.wrap(key));
                channel.force(true);
            }
            Files.createLink(file, beside);
        } catch (FileAlreadyExistsException e) {
            // Another process was first; its key is the one.
        } catch (UnsupportedOperationException e) {
            Files.move(beside, file);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private static FileAttribute<?>[] oursAlone(Path folder) throws IOException {
        return isPosix(folder)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OURS_ALONE)}
                : new FileAttribute<?>[0];
    }

    private static void requireOursAlone(Path file) throws IOException, StartException {
        if (isPosix(file) && !OURS_ALONE.containsAll(Files.getPosixFilePermissions(file))) {
            throw new StartException(
                    ExitCode.CONFIG,
                    "Others can read the key in " + file
                            + ": chmod 600 it, and replace it if somebody may have seen it.");
        }
    }

    private static boolean isPosix(Path path) throws IOException {
        return Files.getFileStore(path).supportsFileAttributeView("posix");
    }
}
