package dev.portcullis.redis.grant;

import dev.portcullis.redis.Script;
import java.nio.charset.StandardCharsets;

/** The scripts, each in the file of its name. Those about a grant begin with {@code grant.lua}. */
final class Scripts {
    private static final Script PRELUDE = Script.of(Scripts.class, "grant.lua");

    static final Script CREATE = ofGrant("create.lua");
    static final Script CONSUME = ofGrant("consume.lua");
    static final Script ROTATE = ofGrant("rotate.lua");
    static final Script ADD_ACCESS = ofGrant("add-access.lua");
    static final Script REVOKE = ofGrant("revoke.lua");
    static final Script REVOKE_ACCESS = ofGrant("revoke-access.lua");
    static final Script CLAIM = ofGrant("claim.lua");
    static final Script CHECKED = ofGrant("checked.lua");
    static final Script RELEASE = ofGrant("release.lua");
    static final Script TIDY = ofGrant("tidy.lua");
    static final Script PUT = Script.of(Scripts.class, "put.lua");
    static final Script TAKE = Script.of(Scripts.class, "take.lua");
    static final Script SPEND = Script.of(Scripts.class, "spend.lua");
    static final Script ENDED = Script.of(Scripts.class, "ended.lua");
    static final Script ENTER = Script.of(Scripts.class, "enter.lua");
    static final Script ENTER_PERSON = Script.of(Scripts.class, "enter-person.lua");
    static final Script LEAVE_PERSON = Script.of(Scripts.class, "leave-person.lua");

    private Scripts() {}

    private static Script ofGrant(String name) {
        String prelude = new String(PRELUDE.text(), StandardCharsets.UTF_8);
        String body = new String(Script.of(Scripts.class, name).text(), StandardCharsets.UTF_8);
        return new Script((prelude + body).getBytes(StandardCharsets.UTF_8));
    }
}
