package dev.portcullis.mcp.dispatch;

import dev.portcullis.json.JsonKind;
import dev.portcullis.json.RawJson;
import dev.portcullis.mcp.codec.RequestParams;
import dev.portcullis.mcp.dispatch.InputResponses.Unfit;
import dev.portcullis.mcp.model.Content;
import dev.portcullis.mcp.model.InputRequest;
import dev.portcullis.mcp.model.InputResponse;
import dev.portcullis.mcp.model.Role;
import dev.portcullis.mcp.model.SamplingContent;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** What a client's language model said (MCP {@code CreateMessageResult}, H-194). Texts, pictures and sounds are as long as the message may be that brought them. */
final class SampledAnswer {
    private static final int BLOCKS_MAX = 1_000;
    private static final int NAME_CHARS_MAX = 256;

    private SampledAnswer() {}

    static InputResponse.Sampled read(InputRequest.Sampling request, RawJson result) throws Unfit {
        String stopReason = InputResponses.stringOrNull(result, "stopReason", NAME_CHARS_MAX);
        String model = InputResponses.string(result, "model", NAME_CHARS_MAX);
        return new InputResponse.Sampled(role(result), blocks(request, result), model, stopReason);
    }

    private static Role role(RawJson result) throws Unfit {
        String text = InputResponses.string(result, "role", NAME_CHARS_MAX);
        for (var role : Role.values()) {
            if (role.text().equals(text)) {
                return role;
            }
        }
        throw new Unfit("role must be user or assistant");
    }

    /** One block, or as of 2025-11-25 an array of them. */
    private static List<SamplingContent> blocks(InputRequest.Sampling request, RawJson result) throws Unfit {
        var content = RequestParams.memberOf(result, "content");
        if (content == null || content.kind() != JsonKind.ARRAY) {
            return List.of(block(request, content == null ? RawJson.EMPTY_OBJECT : content));
        }
        List<SamplingContent> blocks = new ArrayList<>();
        var cursor = content.cursor();
        cursor.enterArray();
        while (cursor.nextElement()) {
            if (blocks.size() == BLOCKS_MAX) {
                throw new Unfit("content must be at most " + BLOCKS_MAX + " blocks long");
            }
            blocks.add(block(request, cursor.slice()));
        }
        return blocks;
    }

    private static SamplingContent block(InputRequest.Sampling request, RawJson block) throws Unfit {
        if (block.kind() != JsonKind.OBJECT) {
            throw new Unfit("content must be a block, or an array of blocks");
        }
        String type = InputResponses.string(block, "type", NAME_CHARS_MAX);
        return switch (type) {
            case "text" -> new Content.Text(InputResponses.string(block, "text", Integer.MAX_VALUE));
            case "image" -> new Content.Image(data(block), mimeType(block));
            case "audio" -> new Content.Audio(data(block), mimeType(block));
            case "tool_use" -> toolUse(request, block);
            default ->
                throw new Unfit("content must be text, image, audio or tool_use"); // a model gives no tool_result
        };
    }

    private static SamplingContent toolUse(InputRequest.Sampling request, RawJson block) throws Unfit {
        if (request.tools() == null) {
            throw new Unfit("there is no tool to use");
        }
        var input = RequestParams.memberOf(block, "input");
        if (input == null || input.kind() != JsonKind.OBJECT) {
            throw new Unfit("input must be an object");
        }
        return new SamplingContent.ToolUse(
                InputResponses.string(block, "id", NAME_CHARS_MAX),
                InputResponses.string(block, "name", NAME_CHARS_MAX),
                input.text());
    }

    private static byte[] data(RawJson block) throws Unfit {
        try {
            return Base64.getDecoder().decode(InputResponses.string(block, "data", Integer.MAX_VALUE));
        } catch (IllegalArgumentException e) {
            throw new Unfit("data must be base64");
        }
    }

    private static String mimeType(RawJson block) throws Unfit {
        return InputResponses.string(block, "mimeType", NAME_CHARS_MAX);
    }
}
