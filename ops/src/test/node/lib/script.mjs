// What all scripts here share: options from the command line, one JSON line on stdout as the outcome, and an end in any case.
// Exit codes: 0 it went as asked; 1 it did not (the JSON line has ok:false and says why); 64 wrong use.
import { parseArgs } from 'node:util';

const cleanups = [];

/** Remembers something to close at the end, whatever happens; the last one remembered is closed first. */
export function closeAtEnd(close) {
  cleanups.push(close);
}

export function say(message) {
  process.stderr.write(`${message}\n`);
}

/** Reads `--name value` options as `options` declares them (see node:util parseArgs); `usage` is what `--help` and a mistake print. */
export function readOptions(usage, options, { positionals = false } = {}) {
  try {
    const all = { ...options, 'timeout-seconds': { type: 'string', default: '90' }, help: { type: 'boolean' } };
    const { values, positionals: rest } = parseArgs({ options: all, allowPositionals: positionals });
    if (values.help) {
      process.stdout.write(`${usage}\n`);
      process.exit(0);
    }
    return { ...values, rest };
  } catch (mistake) {
    say(`${mistake.message}\n${usage}`);
    process.exit(64);
  }
}

/** Runs the script: prints what `work` returns as one JSON line, closes what is open, exits. Gives up after `timeoutSeconds`. */
export async function run(timeoutSeconds, work) {
  let outcome;
  try {
    outcome = { ok: true, ...(await within(Number(timeoutSeconds), work())) };
  } catch (failure) {
    say(failure.stack ?? String(failure));
    outcome = { ok: false, error: describe(failure) };
  }
  for (const close of cleanups.reverse()) {
    await within(10, close()).catch(failure => say(`while closing: ${failure.message}`));
  }
  process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit(outcome.ok ? 0 : 1));
}

export function fail(message) {
  throw new Error(message);
}

/** Waits for `found()` to give something truthy. */
export async function until(what, seconds, found) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await found();
    if (value) return value;
    if (Date.now() > deadline) fail(`waited ${seconds} s in vain for ${what}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

function within(seconds, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${seconds} s`)), seconds * 1000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// `code` is a JSON-RPC code, an HTTP status or an OAuth error name, whichever the client library reports.
function describe(failure) {
  const cause = failure.cause instanceof Error ? failure.cause.message : undefined;
  return { name: failure.name ?? failure.constructor?.name, code: failure.errorCode ?? failure.code, message: failure.message, cause };
}
