/** What browsers and OAuth clients send that is not JSON: forms and cookies. Start at {@link FormBody}. Event loop or any other thread; nothing here blocks or keeps state. */
@NullMarked
package dev.portcullis.http.form;

import org.jspecify.annotations.NullMarked;
