package dev.portcullis.ops.server;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of {@code portcullis.yaml} that is more than one value: lists of rules, clients and the like. Each knows its line, from 1, for messages. */
sealed interface YamlNode {
    int line();

    /** A text, number or switch, as written. */
    record Scalar(String text, int line) implements YamlNode {}

    /** Nothing after the colon or the dash. */
    record Absent(int line) implements YamlNode {}

    record Sequence(List<YamlNode> items, int line) implements YamlNode {
        public Sequence {
            items = List.copyOf(items);
        }
    }

    record Mapping(List<Member> members, int line) implements YamlNode {
        public Mapping {
            members = List.copyOf(members);
        }

        /** @return the value of a name; null if it is not there */
        @Nullable
        YamlNode get(String name) {
            for (Member member : members) {
                if (member.name().equals(name)) {
                    return member.value();
                }
            }
            return null;
        }
    }

    /** A name and its value. */
    record Member(String name, YamlNode value, int line) {}
}
