/** The tools that come with the server. Each is one plain class; start with {@link AddTool} when writing your own. */
@NullMarked
package dev.portcullis.tool;

import org.jspecify.annotations.NullMarked;
