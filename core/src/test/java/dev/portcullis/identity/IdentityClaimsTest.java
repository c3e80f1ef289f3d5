package dev.portcullis.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** O-144 step 9, O-147, O-152: what is malformed counts as absent. */
class IdentityClaimsTest {
    @ParameterizedTest
    @ValueSource(strings = {"", ",'email_verified':true", ",'email_verified':'true'", ",'email_verified':null"})
    void readWhenEmailIsNotSaidToBeUnverifiedThenGivesItLowerCased(String more) {
        assertThat(read("'email':'Alice@Example.COM'" + more).email()).isEqualTo("alice@example.com");
    }

    @ParameterizedTest
    @ValueSource(strings = {"false", "'false'", "0", "1", "{}", "'yes'"})
    void readWhenEmailIsUnverifiedThenHasNone(String verified) {
        assertThat(read("'email':'a@example.com','email_verified':" + verified).email())
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "7",
                "['a@example.com']",
                "''",
                "'alice'",
                "'@example.com'",
                "'a@example.com,b@example.com'",
                "'a@example.com '",
                "'a@example.com\\u0000'",
                "'a@example.com\\nb'"
            })
    void readWhenEmailIsNoAddressThenHasNone(String email) {
        assertThat(read("'email':" + email).email()).isNull();
    }

    /** The Kelvin sign folds to k by Unicode's rules, and would make two addresses one. */
    @Test
    void readFoldsAsciiLettersOnly() {
        assertThat(read("'email':'\u212A@example.com'").email()).isEqualTo("\u212A@example.com");
    }

    @Test
    void readWhenGroupsAreStringsOrObjectsThenGivesTheirNames() {
        assertThat(read("'groups':['a',{'id':'1','name':'b'},{'id':'2'},7,'',null,'c']")
                        .groups())
                .containsExactly("a", "b", "c");
        assertThat(read("'groups':'a'").groups()).isEmpty();
        assertThat(read("'x':1").groups()).isEmpty();
    }

    @Test
    void readKeepsWithinLimits() {
        String many = "'g',".repeat(1_500) + "'" + "x".repeat(257) + "'";
        assertThat(read("'groups':[" + many + "]").groups()).hasSize(1_000);
        assertThat(read("'groups':['" + "x".repeat(257) + "','y']").groups()).containsExactly("y");
        assertThat(read("'name':'" + "x".repeat(257) + "'").name()).isNull();
        assertThat(read("'email':'" + "x".repeat(320) + "@example.com'").email())
                .isNull();
    }

    private static Identity read(String members) {
        byte[] json = ("{" + members.replace('\'', '"') + "}").getBytes(StandardCharsets.UTF_8);
        return IdentityClaims.read("https://idp.example", "sub", JsonObject.parse(json), Set.of());
    }
}
