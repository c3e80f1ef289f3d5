/** Who somebody is: what an identity provider said ({@link Identity}) and who calls us ({@link Principal}). Blocking calls run on virtual threads. */
@NullMarked
package dev.portcullis.identity;

import org.jspecify.annotations.NullMarked;
