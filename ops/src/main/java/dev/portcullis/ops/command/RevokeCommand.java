package dev.portcullis.ops.command;

import dev.portcullis.ops.server.ExitCode;
import dev.portcullis.ops.server.StartException;
import java.util.List;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code ops/run revoke}: ends one grant, all of a person, or all of a client (O-157, O-183). */
final class RevokeCommand implements Subcommand {
    @Override
    public String name() {
        return "revoke";
    }

    @Override
    public String meaning() {
        return "End one grant, all of a person, or all of a client, at once; asks the running server.";
    }

    @Override
    public List<OptionSpec> options() {
        return List.of(
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
