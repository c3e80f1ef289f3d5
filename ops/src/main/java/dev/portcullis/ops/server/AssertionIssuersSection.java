package dev.portcullis.ops.server;

import dev.portcullis.identity.TrustedIssuer;
import dev.portcullis.identity.TrustedIssuer.ClaimNames;
import dev.portcullis.identity.TrustedIssuer.Keys;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads the section {@code assertion-issuers} of {@code portcullis.yaml}: whose identity assertions are believed (O-170). Each has an {@code issuer}, its keys as
 * {@code jwks-uri} or {@code jwks}, and may have {@code clients} (id in its assertions: id here) and {@code claims} (what it calls email, name and groups).
 */
final class AssertionIssuersSection {
    static final String NAME = "assertion-issuers";

    private static final Set<String> MEMBERS = Set.of("issuer", "jwks-uri", "jwks", "clients", "claims");
    private static final Set<String> CLAIMS = Set.of("email", "name", "groups");
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final SettingValues values;

    AssertionIssuersSection(SettingValues values) {
        this.values = values;
    }

    /** @return those without a mistake; what is wrong goes to the values */
    List<TrustedIssuer> read() {
        YamlNode section = values.section(NAME);
        var issuers = new ArrayList<TrustedIssuer>();
        if (section == null) {
            return issuers;
        }
        if (!(section instanceof YamlNode.Sequence(var items, int _)) || items.isEmpty()) {
            mistake(section, "is no list", "Begin each issuer with a dash.");
            return issuers;
        }
        var seen = new HashSet<String>();
        for (YamlNode item : items) {
            TrustedIssuer issuer = item instanceof YamlNode.Mapping mapping ? issuer(mapping) : null;
            if (!(item instanceof YamlNode.Mapping)) {
                mistake(item, "has an issuer that is not names and values", "Give it issuer and jwks-uri.");
            } else if (issuer != null && !seen.add(issuer.issuer())) {
                mistake(item, "has the issuer " + issuer.issuer() + " twice", "Keep one of them.");
            } else if (issuer != null) {
                issuers.add(issuer);
            }
        }
        return issuers;
    }

    private @Nullable TrustedIssuer issuer(YamlNode.Mapping mapping) {
        for (var member : mapping.members()) {
            if (!MEMBERS.contains(member.name())) {
                mistake(member.value(), "has the unknown name " + member.name(), "Known are " + sorted(MEMBERS) + ".");
            }
        }
        String issuer = text(mapping.get("issuer"));
        if (issuer == null || !isHttpsOrLoopback(issuer)) {
            mistake(mapping, "has an issuer that is no https URL", "Write issuer: https://idp.example.com, exactly.");
            return null;
        }
        Keys keys = keys(mapping);
        var clients = texts(mapping.get("clients"));
        ClaimNames claims = claims(mapping.get("claims"));
        return keys == null ? null : new TrustedIssuer(issuer, keys, clients, claims);
    }

    private @Nullable Keys keys(YamlNode.Mapping mapping) {
        YamlNode uri = mapping.get("jwks-uri");
        YamlNode inline = mapping.get("jwks");
        if ((uri == null) == (inline == null)) {
            mistake(mapping, "needs either jwks-uri or jwks", "Give the one that the issuer publishes.");
            return null;
        }
        if (uri != null) {
            String text = text(uri);
            if (text == null || !isHttpsOrLoopback(text)) {
                mistake(uri, "has a jwks-uri that is no https URL", "Write https://…");
                return null;
            }
            return new Keys.At(URI.create(text));
        }
        try {
            return new Keys.Inline(inline instanceof YamlNode.Scalar(String json, int _) ? json : json(inline));
        } catch (IllegalArgumentException e) {
            mistake(
                    mapping,
                    "has a jwks with no usable key: " + e.getMessage(),
                    "Write it as the issuer publishes it.");
            return null;
        }
    }

    private ClaimNames claims(@Nullable YamlNode node) {
        if (node == null) {
            return ClaimNames.DEFAULT;
        }
        var names = texts(node);
        for (String name : names.keySet()) {
            if (!CLAIMS.contains(name)) {
                mistake(node, "has the unknown claim " + name, "Known are " + sorted(CLAIMS) + ".");
            }
        }
        return new ClaimNames(
                names.getOrDefault("email", "email"),
                names.getOrDefault("name", "name"),
                names.getOrDefault("groups", "groups"));
    }

    private Map<String, String> texts(@Nullable YamlNode node) {
        var texts = new HashMap<String, String>();
        if (node instanceof YamlNode.Mapping(var members, int _)) {
            for (var member : members) {
                String text = text(member.value());
                if (text == null) {
                    mistake(member.value(), "has no text for " + member.name(), "Write one value.");
                } else {
                    texts.put(member.name(), text);
                }
            }
        } else if (node != null) {
            mistake(node, "has something other than names and values", "Write name: value.");
        }
        return texts;
    }

    private static @Nullable String text(@Nullable YamlNode node) {
        return node instanceof YamlNode.Scalar(String text, int _) && !text.isBlank() ? text.strip() : null;
    }

    private static boolean isHttpsOrLoopback(String text) {
        try {
            var uri = new URI(text);
            return uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawFragment() == null
                    && ("https".equals(uri.getScheme())
                            || ("http".equals(uri.getScheme()) && LOOPBACK.contains(uri.getHost())));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** A JWK set that was written as YAML: its values are texts and lists of texts. */
    private static String json(@Nullable YamlNode node) {
        var text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), text)) {
            write(json, node);
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, @Nullable YamlNode node) {
        switch (node) {
            case YamlNode.Mapping(var members, int _) -> {
                json.writeStartObject();
                for (var member : members) {
                    json.writeName(member.name());
                    write(json, member.value());
                }
                json.writeEndObject();
            }
            case YamlNode.Sequence(var items, int _) -> {
                json.writeStartArray();
                items.forEach(item -> write(json, item));
                json.writeEndArray();
            }
            case YamlNode.Scalar(String value, int _) -> json.writeString(value);
            case YamlNode.Absent _ -> json.writeNull();
            case null -> json.writeNull();
        }
    }

    private void mistake(YamlNode where, String what, String mend) {
        values.mistake("portcullis.yaml line " + where.line() + ": " + NAME + " " + what + ".", mend);
    }

    private static String sorted(Set<String> names) {
        return String.join(", ", names.stream().sorted().toList());
    }
}
