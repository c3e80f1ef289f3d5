package dev.portcullis.oauth.authorize;

import static dev.portcullis.oauth.authorize.Fixture.MCP;
import static dev.portcullis.oauth.authorize.Fixture.NOW;
import static dev.portcullis.oauth.authorize.Fixture.SSE;
import static dev.portcullis.oauth.authorize.Fixture.WEB_REDIRECT;
import static dev.portcullis.oauth.authorize.Fixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.portcullis.identity.Scopes;
import dev.portcullis.oauth.OAuthError;
import dev.portcullis.oauth.authorize.ParsedAuthorization.Faulty;
import dev.portcullis.oauth.authorize.ParsedAuthorization.Unreturnable;
import dev.portcullis.oauth.authorize.ParsedAuthorization.Valid;
import dev.portcullis.oauth.browser.PageReason;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorizationRequestParserTest {
    private final Fixture fixture = new Fixture();
    private final AuthorizationRequestParser parser =
            new AuthorizationRequestParser(Fixture.SETTINGS, fixture.clients());

    private ParsedAuthorization parse(Map<String, List<String>> parameters) {
        return parser.parse(parameters, NOW);
    }

    private AuthorizationRequest parseValid(String... changes) {
        assertThat(parse(request(changes))).isInstanceOf(Valid.class);
        return ((Valid) parse(request(changes))).request();
    }

    @Test
    void parseWhenEverythingIsRightThenKeepsItExactly() {
        var request = parseValid();
        assertThat(request.client().id()).isEqualTo("web");
        assertThat(request.redirectUri()).isEqualTo(WEB_REDIRECT);
        assertThat(request.state()).isEqualTo("client state");
        assertThat(request.codeChallenge()).isEqualTo(Fixture.CHALLENGE);
        assertThat(request.resources()).containsExactly(MCP);
        assertThat(request.scopes()).isEqualTo(Scopes.of("tools:read"));
        assertThat(request.prompt()).isEqualTo(AuthorizationRequest.Prompt.DEFAULT);
    }

    /** O §4.1, rows 1 to 3: there is nobody to answer to. T-58, T-93. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            +client_id=web                                   | REPEATED_PARAMETER
            +client_id=other                                 | REPEATED_PARAMETER
            +redirect_uri=https://evil.example/              | REPEATED_PARAMETER
            -client_id                                       | UNKNOWN_CLIENT
            client_id=                                       | UNKNOWN_CLIENT
            client_id=nobody                                 | UNKNOWN_CLIENT
            client_id=WEB                                    | UNKNOWN_CLIENT
            -redirect_uri                                    | BAD_REDIRECT_URI
            redirect_uri=                                    | BAD_REDIRECT_URI
            redirect_uri=https://evil.example/callback       | BAD_REDIRECT_URI
            redirect_uri=https://client.example/callback/    | BAD_REDIRECT_URI
            redirect_uri=https://client.example/callback?x=1 | BAD_REDIRECT_URI
            redirect_uri=https://client.example/Callback     | BAD_REDIRECT_URI
            redirect_uri=https://client.example:443/callback | BAD_REDIRECT_URI
            redirect_uri=HTTPS://client.example/callback     | BAD_REDIRECT_URI
            redirect_uri=http://client.example/callback      | BAD_REDIRECT_URI
            redirect_uri=//client.example/callback           | BAD_REDIRECT_URI
            redirect_uri=/callback                           | BAD_REDIRECT_URI
            """)
    void parseWhenNobodyCanBeAnsweredThenIsUnreturnable(String change, PageReason reason) {
        assertThat(parse(request(change))).isEqualTo(new Unreturnable(reason));
    }

    /** O §4.1, rows 1 and 4 to 9. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            +response_type=code                        | INVALID_REQUEST
            +scope=tools:call                          | INVALID_REQUEST
            +code_challenge=x                          | INVALID_REQUEST
            +nonce=1;+nonce=2                          | INVALID_REQUEST
            request=eyJhbGciOiJub25lIn0.e30.           | REQUEST_NOT_SUPPORTED
            request_uri=https://client.example/request | REQUEST_URI_NOT_SUPPORTED
            -response_type                             | INVALID_REQUEST
            response_type=                             | INVALID_REQUEST
            response_type=token                        | UNSUPPORTED_RESPONSE_TYPE
            response_type=code id_token                | UNSUPPORTED_RESPONSE_TYPE
            response_type=CODE                         | UNSUPPORTED_RESPONSE_TYPE
            client_id=refresh-only                     | UNAUTHORIZED_CLIENT
            response_mode=fragment                     | INVALID_REQUEST
            response_mode=form_post                    | INVALID_REQUEST
            -code_challenge                            | INVALID_REQUEST
            -code_challenge_method                     | INVALID_REQUEST
            code_challenge_method=plain                | INVALID_REQUEST
            code_challenge_method=s256                 | INVALID_REQUEST
            code_challenge=short                       | INVALID_REQUEST
            code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM= | INVALID_REQUEST
            code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM  | INVALID_REQUEST
            resource=https://other.example/mcp         | INVALID_TARGET
            resource=https://mcp.example.com/mcp#x     | INVALID_TARGET
            resource=/mcp                              | INVALID_TARGET
            resource=https://mcp.example.com/mcp/      | INVALID_TARGET
            +resource=https://other.example/mcp        | INVALID_TARGET
            scope=unknown                              | INVALID_SCOPE
            scope=tools:read "x"                       | INVALID_SCOPE
            prompt=none login                          | INVALID_REQUEST
            """)
    void parseWhenTheRestIsWrongThenIsFaultyAndKeepsState(String changes, OAuthError error) {
        var parsed = parse(request(changes.split(";")));
        assertThat(parsed).isInstanceOf(Faulty.class);
        var faulty = (Faulty) parsed;
        assertThat(faulty.error()).isEqualTo(error);
        assertThat(faulty.state()).isEqualTo("client state");
        assertThat(faulty.redirectUri()).isEqualTo(WEB_REDIRECT);
        assertThat(faulty.silent()).isFalse();
        // O-7
        assertThat(faulty.description()).matches("[\\x20-\\x7E&&[^\"\\\\]]+");
    }

    /** The first failing row of O §4.1 decides. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            request=x;response_type=token                    | REQUEST_NOT_SUPPORTED
            response_type=token;response_mode=fragment       | UNSUPPORTED_RESPONSE_TYPE
            response_mode=fragment;-code_challenge;scope=\\"  | INVALID_REQUEST
            -code_challenge;resource=https://other.example   | INVALID_REQUEST
            resource=https://other.example;scope=unknown     | INVALID_TARGET
            """)
    void parseWhenSeveralThingsAreWrongThenTheFirstOfTheOrderIsTold(String changes, OAuthError error) {
        assertThat(((Faulty) parse(request(changes.split(";")))).error()).isEqualTo(error);
    }

    @Test
    void parseWhenStateIsRepeatedThenEchoesNone() {
        var faulty = (Faulty) parse(request("+state=other"));
        assertThat(faulty.error()).isEqualTo(OAuthError.INVALID_REQUEST);
        assertThat(faulty.state()).isNull();
    }

    @Test
    void parseWhenPromptIsNoneThenFaultsAreToBeSilent() {
        assertThat(((Faulty) parse(request("prompt=none", "scope=unknown"))).silent())
                .isTrue();
    }

    /** O-31, O-40, O-42, RFC 6749 §3.1. */
    @Test
    void parseWhenOptionalParametersAreAbsentOrEmptyThenTakesDefaults() {
        var absent = parseValid("-state", "-resource", "-scope", "unknown=x");
        assertThat(absent.state()).isNull();
        assertThat(absent.resources()).containsExactly(MCP);
        assertThat(absent.scopes()).isEqualTo(Fixture.SETTINGS.defaultScopes());
        var empty = parseValid("state=", "resource=", "scope=", "response_mode=", "request=", "prompt=");
        assertThat(empty).isEqualTo(absent);
    }

    /** O-41, O-43, O-11. */
    @Test
    void parseWhenResourcesAreWrittenOtherwiseThenKeepsTheConfiguredStrings() {
        assertThat(parseValid("resource=HTTPS://MCP.Example.com:443/mcp").resources())
                .containsExactly(MCP);
        assertThat(parseValid("resource=" + MCP, "+resource=" + SSE, "+resource=" + MCP)
                        .resources())
                .containsExactly(MCP, SSE);
        assertThat(parseValid("resource=https://mcp.example.com").resources()).containsExactly(MCP);
        assertThat(parseValid("resource=https://mcp.example.com/").resources()).containsExactly(MCP);
    }

    /** O-42, O-93, T-88: scopes match whole or not at all. */
    @Test
    void parseWhenScopesAreMixedThenKeepsThoseThatExist() {
        assertThat(parseValid("scope=tools:call unknown tools:read").scopes())
                .isEqualTo(Scopes.of("tools:call", "tools:read"));
        assertThat(parseValid("scope=tools:read offline_access").scopes()).isEqualTo(Scopes.of("tools:read"));
        assertThat(parseValid("scope=offline_access").scopes()).isEqualTo(Fixture.SETTINGS.defaultScopes());
        assertThat(parse(request("scope=tools:read-all TOOLS:READ"))).isInstanceOf(Faulty.class);
    }

    @ParameterizedTest
    @CsvSource({
        "none, NONE",
        "login, LOGIN",
        "select_account, LOGIN",
        "consent, CONSENT",
        "login consent, LOGIN",
        "create, DEFAULT"
    })
    void parseWhenPromptIsGivenThenReadsIt(String prompt, AuthorizationRequest.Prompt expected) {
        assertThat(parseValid("prompt=" + prompt).prompt()).isEqualTo(expected);
    }

    /** O-50: the port of a loopback redirect is free, nothing else of it. */
    @Test
    void parseWhenLoopbackPortDiffersThenMatchesAndKeepsTheRequestedOne() {
        assertThat(parseValid("client_id=desktop", "redirect_uri=http://127.0.0.1:51234/callback")
                        .redirectUri())
                .isEqualTo("http://127.0.0.1:51234/callback");
        assertThat(parse(request("client_id=desktop", "redirect_uri=http://localhost:51234/callback")))
                .isEqualTo(new Unreturnable(PageReason.BAD_REDIRECT_URI));
    }

    /** T-57, T-58: even a registration that should never have been cannot send a browser to these. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "javascript:alert(1)//x.y",
                "data:text/html,x",
                "vbscript:x",
                "file:///etc/passwd",
                "blob:https://client.example/x",
                "https://user@client.example/",
                "https://client.example\\@evil.example/",
                "https://client.example/ x",
                "https://client.example/\r\nSet-Cookie:x=1",
                "https://client.example/#fragment",
                "https://client.example%2eevil.example/",
                "https://cli\u0435nt.example/",
                "http://client.example/",
                "https:///path",
                "//evil.example/",
                "not a uri"
            })
    void parseWhenRegistrationHoldsADangerousRedirectThenIsUnreturnableAllTheSame(String uri) {
        fixture.put(Fixture.client("odd", "Odd", uri));
        assertThat(parse(request("client_id=odd", "redirect_uri=" + uri)))
                .isEqualTo(new Unreturnable(PageReason.BAD_REDIRECT_URI));
    }
}
