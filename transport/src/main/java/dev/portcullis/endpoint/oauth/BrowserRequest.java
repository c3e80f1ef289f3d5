package dev.portcullis.endpoint.oauth;

import dev.portcullis.http.RequestHead;
import dev.portcullis.oauth.browser.BrowserSecrets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a browser asked, read.
 *
 * @param parameters of the query or the form, decoded, each name with its values in order
 * @param browser what of ours it brought
 * @param nowSeconds Unix time in seconds
 */
record BrowserRequest(RequestHead head, Map<String, List<String>> parameters, BrowserSecrets browser, long nowSeconds) {
    /** @return the value; empty if there is none, or more than one */
    String only(String name) {
        var values = parameters.getOrDefault(name, List.of());
        return values.size() == 1 ? values.get(0) : "";
    }

    /** @return the first value; null if there is none, or an empty one, which is the same */
    @Nullable
    String first(String name) {
        var values = parameters.getOrDefault(name, List.of());
        return values.isEmpty() || values.get(0).isEmpty() ? null : values.get(0);
    }

    boolean isRepeated(String name) {
        return parameters.getOrDefault(name, List.of()).size() > 1;
    }

    /** Names no value: some are secrets (T-94). */
    @Override
    public String toString() {
        return "BrowserRequest[" + head.path() + "]";
    }
}
