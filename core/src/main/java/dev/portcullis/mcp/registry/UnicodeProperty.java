package dev.portcullis.mcp.registry;

import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** What {@code \p{…}} may name: general categories, scripts and a few properties (ECMA-262 §22.2.1, Unicode as this Java knows it). */
final class UnicodeProperty {
    private static final Map<String, String> LONG_NAMES = Map.ofEntries(
            Map.entry("Letter", "L"),
            Map.entry("Uppercase_Letter", "Lu"),
            Map.entry("Lowercase_Letter", "Ll"),
            Map.entry("Titlecase_Letter", "Lt"),
            Map.entry("Modifier_Letter", "Lm"),
            Map.entry("Other_Letter", "Lo"),
            Map.entry("Mark", "M"),
            Map.entry("Nonspacing_Mark", "Mn"),
            Map.entry("Number", "N"),
            Map.entry("Decimal_Number", "Nd"),
            Map.entry("digit", "Nd"),
            Map.entry("Letter_Number", "Nl"),
            Map.entry("Other_Number", "No"),
            Map.entry("Punctuation", "P"),
            Map.entry("punct", "P"),
            Map.entry("Symbol", "S"),
            Map.entry("Currency_Symbol", "Sc"),
            Map.entry("Separator", "Z"),
            Map.entry("Space_Separator", "Zs"),
            Map.entry("Other", "C"),
            Map.entry("Control", "Cc"),
            Map.entry("cntrl", "Cc"));

    /** Where a category's number, as {@link Character#getType} gives it, has its name. */
    private static final String[] CATEGORIES = {
        "Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Me", "Mc", "Nd", "Nl", "No", "", "Zs", "Zl", "Zp", "Cc", "Cf", "",
        "Co", "Cs", "Pd", "Ps", "Pe", "Pc", "Po", "Sm", "Sc", "Sk", "So", "Pi", "Pf"
    };

    private UnicodeProperty() {}

    /** @return the characters that have it; null if we know none of this name */
    static @Nullable IntPredicate of(String name) {
        int equals = name.indexOf('=');
        if (equals < 0) {
            var property = property(name);
            return property != null ? property : category(name);
        }
        String value = name.substring(equals + 1);
        return switch (name.substring(0, equals)) {
            case "General_Category", "gc" -> category(value);
            case "Script", "sc" -> script(value);
            default -> null;
        };
    }

    private static @Nullable IntPredicate property(String name) {
        return switch (name) {
            case "Any" -> c -> true;
            case "ASCII" -> c -> c < 0x80;
            case "Alphabetic", "Alpha" -> Character::isAlphabetic;
            case "Lowercase", "Lower" -> Character::isLowerCase;
            case "Uppercase", "Upper" -> Character::isUpperCase;
            case "White_Space", "space" -> c -> EcmaPattern.isSpace(c) ? c != 0xFEFF : c == 0x85;
            case "Ideographic", "Ideo" -> Character::isIdeographic;
            case "Emoji" -> Character::isEmoji;
            case "ID_Start", "IDS" -> Character::isUnicodeIdentifierStart;
            case "ID_Continue", "IDC" -> Character::isUnicodeIdentifierPart;
            default -> null;
        };
    }

    private static @Nullable IntPredicate category(String name) {
        String wanted = LONG_NAMES.getOrDefault(name, name);
        long types = 0;
        for (int type = 0; type < CATEGORIES.length; type++) {
            boolean isMember = !wanted.isEmpty() && wanted.length() <= 2 && CATEGORIES[type].startsWith(wanted);
            types |= isMember ? 1L << type : 0;
        }
        long wantedTypes = types;
        return types == 0 ? null : c -> (wantedTypes >>> Character.getType(c) & 1) != 0;
    }

    private static @Nullable IntPredicate script(String name) {
        try {
            var script = Character.UnicodeScript.forName(name);
            return c -> Character.UnicodeScript.of(c) == script;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
