/** The authorization server (OAuth 2.1): its words and its token format. Flows stand in the rooms below: client, authorize, token, metadata. */
@NullMarked
package dev.portcullis.oauth;

import org.jspecify.annotations.NullMarked;
