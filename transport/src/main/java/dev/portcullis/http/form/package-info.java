/** What browsers and OAuth clients send that is not JSON: forms. Event loop or any other thread; nothing here blocks or keeps state. */
@NullMarked
package dev.portcullis.http.form;

import org.jspecify.annotations.NullMarked;
