// Stands in for "open the system's browser": programs that want to (by npm `open`, which runs an xdg-open script) find our recorder
// instead, which writes the URL to a file. Chromium is then sent there by the test.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { closeAtEnd, until } from './script.mjs';

// `open` ships its own xdg-open, which in a session without a desktop asks $BROWSER; other programs look these up in PATH.
const OPENERS = ['xdg-open', 'gio', 'x-www-browser', 'sensible-browser', 'www-browser'];
const DESKTOP = /^(XDG_CURRENT_DESKTOP|XDG_SESSION_DESKTOP|DESKTOP_SESSION|KDE_.*|GNOME_.*|DISPLAY|WAYLAND_DISPLAY|WSL.*)$/;

export class OpenedUrls {
  #directory = mkdtempSync(join(tmpdir(), 'opened-urls-'));
  #log = join(this.#directory, 'urls');

  constructor() {
    const recorder = join(this.#directory, 'recorder');
    writeFileSync(recorder, `#!/bin/sh\nfor word in "$@"; do case "$word" in http*) printf '%s\\n' "$word" >>'${this.#log}';; esac; done\n`);
    chmodSync(recorder, 0o755);
    for (const name of OPENERS) symlinkSync(recorder, join(this.#directory, name));
    closeAtEnd(async () => rmSync(this.#directory, { recursive: true, force: true }));
  }

  /** The environment for the program under test. */
  environment(more = {}) {
    const kept = Object.entries(process.env).filter(([name]) => !DESKTOP.test(name));
    return { ...Object.fromEntries(kept), BROWSER: join(this.#directory, 'recorder'), PATH: this.#directory + delimiter + process.env.PATH, ...more };
  }

  /** The first URL that the program under test opened, if any. */
  any() {
    return existsSync(this.#log) ? readFileSync(this.#log, 'utf8').split('\n')[0] : undefined;
  }

  /** Waits for the program under test to open a URL. */
  first(seconds) {
    return until('the program to open a browser', seconds, () => this.any());
  }
}
