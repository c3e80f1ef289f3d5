/** Where audit events are written down (O-181): {@link AuditLog}. Events come from any thread; one thread of its own writes. */
@NullMarked
package dev.portcullis.ops.audit;

import org.jspecify.annotations.NullMarked;
