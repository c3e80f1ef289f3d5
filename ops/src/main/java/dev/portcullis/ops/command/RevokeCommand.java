package dev.portcullis.ops.command;

import dev.portcullis.ops.server.ExitCode;
import dev.portcullis.ops.server.StartException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code ops/run revoke}: ends one grant, all of a person, or all of a client (O-157, O-183). */
final class RevokeCommand implements Subcommand {
    @Override
    public String name() {
        return "revoke";
    }

    @Override
    public CommandSpec spec() {
        return Administration.spec(
                name(),
                "End one grant, all of a person, or all of a client, at once; asks the running server.",
                Administration.option("--grant", "ID", "this grant"),
                Administration.option("--sub", "SUBJECT", "all of this person: the identity provider's sub"),
                Administration.option("--issuer", "URL", "whose sub that is, if not the settings' provider's"),
                Administration.option("--client", "CLIENT_ID", "all of this client, whoever gave them"));
    }

    @Override
    public ExitCode run(ParseResult parsed) throws StartException, InterruptedException {
        return Administration.bySettings()
                .post("/admin/revoke", Administration.form(parsed, "--grant", "--sub", "--issuer", "--client"));
    }
}
