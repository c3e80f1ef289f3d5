package dev.portcullis.ops.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** O-51: schemes without a dot are let in by the settings alone. */
class RedirectSchemesTest {
    private final SettingValues values = new SettingValues();

    private ClientsConfig load() {
        return ClientsConfig.load(values, new ArrayList<>());
    }

    @Test
    void loadWhenNothingIsSetThenThoseOfUsualEditors() {
        assertThat(load().redirectSchemes())
                .containsExactly("cursor", "vscode", "vscode-insiders", "windsurf", "claude");
        assertThat(values.mistakes()).isEmpty();
    }

    @Test
    void loadWhenSetThenTheseAlone() {
        values.put(Setting.REDIRECT_SCHEMES, "Zed, cursor", "test");

        assertThat(load().redirectSchemes()).containsExactly("zed", "cursor");
        assertThat(values.mistakes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"javascript", "data", "file", "cursor,http", "cursor:", "https://x", "1st", "a b", "ws"})
    void loadWhenOneIsNoneToBeSentBackToThenIsAMistake(String text) {
        values.put(Setting.REDIRECT_SCHEMES, text, "test");

        assertThat(load().redirectSchemes()).isEmpty();
        assertThat(values.mistakes()).hasSize(1);
    }
}
