// Runs the official conformance suite against a fixture that is up, and says of every scenario whether it passed, and why not if it did not.
// Stricter than the suite itself: a scenario that checked nothing has failed, and warnings are shown. Nothing is expected to fail.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { approveAndSignIn, newPage } from './lib/browser.mjs';
import { closeAtEnd, fail, readOptions, run, say } from './lib/script.mjs';

const MODULES = join(dirname(fileURLToPath(import.meta.url)), 'node_modules');
const SUITE = join(MODULES, '@modelcontextprotocol/conformance/dist/index.js');
const RUN_MILLIS_MAX = 240_000;
const OLDER = ['2025-06-18', '2025-03-26'];
const REVISIONS = ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'];

const SETS = {
  '2025-11-25': () => required('2025-11-25'),
  '2026-07-28': () => required('2026-07-28'),
  older: async () => (await inTurn(OLDER, allAt)).flat(),
  authorization: async () => (await inTurn(REVISIONS, authorizationAt)).flat(),
};

const options = readOptions(`node conformance.mjs --url http://localhost:8788/mcp --results DIR [${Object.keys(SETS).join(' | ')} | all …]`, {
  url: { type: 'string' },
  results: { type: 'string' },
}, { positionals: true });

run(900, async () => {
  const began = Date.now();
  const names = options.rest.length === 0 || options.rest.includes('all') ? Object.keys(SETS) : options.rest;
  const unknown = names.find(name => !SETS[name]);
  if (unknown) fail(`there is no set ${unknown}: ${Object.keys(SETS).join(', ')}, all`);
  const scenarios = (await inTurn(names, name => SETS[name]())).flat();
  const count = verdict => scenarios.filter(scenario => scenario.verdict === verdict).length;
  console.log(`\n${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped in ${Math.round((Date.now() - began) / 1000)} s`);
  return { ok: count('failed') === 0 && count('passed') > 0, passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
});

/** What a revision requires, and what the suite runs beside that without scoring it. */
function required(revision) {
  return suite(`${revision}, required and unscored`, `required-${revision}`, ['server', '--url', options.url, '--requirements', revision]);
}

/** Whatever applies to a revision. */
function allAt(revision) {
  return suite(`${revision}, all that applies`, `all-${revision}`, ['server', '--url', options.url, '--suite', 'all', '--spec-version', revision]);
}

/** The authorization server; the suite prints where a browser must go, and one does. */
async function authorizationAt(revision) {
  const port = await freePort();
  const issuer = new URL(options.url).origin;
  const client = await register(issuer, `http://127.0.0.1:${port}/callback`);
  const args = ['authorization', '--url', issuer, '--spec-version', revision, '--client-id', client, '-p', String(port)];
  return suite(`${revision}, authorization server`, `authorization-${revision}`, args, line => {
    if (line.startsWith(`${issuer}/authorize?`)) signIn(line).catch(failure => say(`The browser did not get through: ${failure.message}`));
  });
}

async function signIn(url) {
  const page = await newPage();
  const home = new URL(url).searchParams.get('redirect_uri');
  const arrived = page.waitForResponse(response => response.url().startsWith(home)); // the suite listens there: it must get the code
  await Promise.all([arrived, approveAndSignIn(page, url, { email: 'alice@example.com' })]);
  await page.context().close();
}

async function register(issuer, redirectUri) {
  const response = await fetch(`${issuer}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: 'Conformance suite', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }),
  });
  if (response.status !== 201) fail(`registration answered ${response.status}: ${await response.text()}`);
  return (await response.json()).client_id;
}

/** One run of the suite. @returns [{name, verdict: passed | failed | skipped, why}] */
async function suite(title, folder, args, onLine = () => {}) {
  console.log(`\n${title}`);
  const directory = join(options.results, folder);
  mkdirSync(directory, { recursive: true });
  const lines = await linesOf([SUITE, ...args, '--output-dir', directory], join(directory, 'output.txt'), onLine);
  const names = namesRun(lines);
  if (names.length === 0) fail(`the suite ran nothing: ${lines.slice(-5).join(' | ')}`);
  const scenarios = names.map(name => ({ name, ...verdictOf(checksOf(directory, name)) }));
  for (const { name, verdict, why } of scenarios) console.log(`  ${verdict.padEnd(8)} ${name}${why.length === 0 ? '' : `: ${why.join('; ')}`}`);
  return scenarios;
}

function linesOf(args, file, onLine) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: RUN_MILLIS_MAX, killSignal: 'SIGKILL' });
  closeAtEnd(async () => child.exitCode === null && child.kill());
  const log = createWriteStream(file);
  const lines = [];
  const read = stream => {
    let rest = '';
    stream.setEncoding('utf8').on('data', part => {
      log.write(part);
      const whole = (rest + part).split('\n');
      rest = whole.pop();
      for (const line of whole) {
        lines.push(line);
        onLine(line);
      }
    });
  };
  read(child.stdout);
  read(child.stderr);
  return new Promise((resolve, reject) => {
    child.on('close', (code, signal) => {
      log.end();
      if (signal) reject(new Error(`the suite was still running after ${RUN_MILLIS_MAX / 1000} s: see ${file}`));
      else resolve(lines);
    });
  });
}

function namesRun(lines) {
  return lines.flatMap(line => /^(?:=== )?Running (?:scenario|test scenario): ([\w-]+)/.exec(line)?.[1] ?? []);
}

function checksOf(directory, name) {
  const folder = readdirSync(directory).findLast(entry => new RegExp(`^(server|authorization-server)-${name}-\\d{4}-`).test(entry));
  try {
    return folder && JSON.parse(readFileSync(join(directory, folder, 'checks.json'), 'utf8'));
  } catch {
    return undefined; // said to have failed: there are no checks
  }
}

// Reasons are the suite's own words.
function verdictOf(checks) {
  const of = status => (checks ?? []).filter(check => check.status === status);
  const words = check => `${check.id}: ${check.errorMessage ?? check.details?.message ?? check.description}`;
  const warnings = of('WARNING').map(check => `warning, ${words(check)}`);
  const skipped = of('SKIPPED').map(check => `skipped ${words(check)}`);
  if (of('FAILURE').length > 0) return { verdict: 'failed', why: [...of('FAILURE').map(words), ...warnings] };
  const checked = [...of('SUCCESS'), ...of('WARNING')].some(check => check.id !== 'wire-schema-valid');
  if (checked) return { verdict: 'passed', why: [...warnings, ...skipped] };
  if (skipped.length > 0) return { verdict: 'skipped', why: skipped };
  return { verdict: 'failed', why: ['nothing was checked', ...of('INFO').map(words)] };
}

async function inTurn(things, work) {
  const results = [];
  for (const thing of things) results.push(await work(thing));
  return results;
}

async function freePort() {
  const probe = createServer();
  await new Promise(resolve => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise(resolve => probe.close(resolve));
  return port;
}
