/**
 * What was granted, for those whom it concerns: a person's own page ({@link dev.portcullis.oauth.account.AccountFlow}, where to start) and the operators' view ({@link
 * dev.portcullis.oauth.account.GrantDesk}). Knows no HTTP; blocks on the store and the identity provider, so it runs on virtual threads.
 */
@NullMarked
package dev.portcullis.oauth.account;

import org.jspecify.annotations.NullMarked;
