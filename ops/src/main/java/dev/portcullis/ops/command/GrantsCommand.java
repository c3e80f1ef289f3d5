package dev.portcullis.ops.command;

import dev.portcullis.ops.server.ExitCode;
import dev.portcullis.ops.server.StartException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code ops/run grants}: what a person granted, or what was granted to a client (O-183). */
final class GrantsCommand implements Subcommand {
    @Override
    public String name() {
        return "grants";
    }

    @Override
    public CommandSpec spec() {
        return Administration.spec(
                name(),
                "List the live grants of a person or of a client, as JSON; asks the running server.",
                Administration.option("--sub", "SUBJECT", "whose: the identity provider's sub"),
                Administration.option("--issuer", "URL", "whose sub that is, if not the settings' provider's"),
                Administration.option("--client", "CLIENT_ID", "of this client, whoever gave them"));
    }

    @Override
    public ExitCode run(ParseResult parsed) throws StartException, InterruptedException {
        return Administration.bySettings()
                .get("/admin/grants", Administration.form(parsed, "--sub", "--issuer", "--client"));
    }
}
