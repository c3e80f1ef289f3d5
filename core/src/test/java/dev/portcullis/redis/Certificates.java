package dev.portcullis.redis;

import java.nio.file.Path;
import java.util.List;

/** A certificate for localhost that has signed itself, made anew, as PEM files. */
public record Certificates(Path certificate, Path key) {
    public static Certificates make(Path folder) {
        return make(folder, "DNS:localhost");
    }

    /** @param names as openssl has alternative names of a certificate's subject */
    static Certificates make(Path folder, String names) {
        var made = new Certificates(folder.resolve("tls.crt"), folder.resolve("tls.key"));
        RedisServers.cli(List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=" + names,
                "-keyout",
                made.key().toString(),
                "-out",
                made.certificate().toString()));
        return made;
    }
}
