package dev.portcullis.ops.server;

import java.util.List;

/** What the authorization server is told, by what it is about. Each part reads its own settings. */
public record AuthorizationConfig(
        ClientsConfig clients,
        PolicyConfig policy,
        ProviderConfig provider,
        GrantTypesConfig grantTypes,
        AccountConfig account) {
    static AuthorizationConfig load(SettingValues values, List<String> warnings) {
        return new AuthorizationConfig(
                ClientsConfig.load(values, warnings),
                PolicyConfig.load(values, warnings),
                ProviderConfig.load(values, warnings),
                GrantTypesConfig.load(values, warnings),
                AccountConfig.load(values, warnings));
    }
}
