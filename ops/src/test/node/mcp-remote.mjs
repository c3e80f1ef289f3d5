// Proves that mcp-remote, the bridge that stdio-only clients use (Claude Desktop, Cursor, …), signs in and calls tools: it runs as such a
// client would start it, opens "the browser" by itself, and is spoken to over stdio by the official SDK.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { approveAndSignIn, newPage } from './lib/browser.mjs';
import { OpenedUrls } from './lib/opened-urls.mjs';
import { closeAtEnd, fail, readOptions, run, say, until } from './lib/script.mjs';

const PROXY = join(dirname(fileURLToPath(import.meta.url)), 'node_modules/mcp-remote/dist/proxy.js');

const options = readOptions(
  `node mcp-remote.mjs [--url http://localhost:8788/mcp] [--email alice@example.com] [--transport http-only|sse-only|http-first|sse-first]
    [--protocol legacy|auto]   auto speaks 2026-07-28 to the server
    [--config-dir DIR]         keep what mcp-remote remembers there; [--no-browser] then proves that it needs no new sign-in`,
  {
    url: { type: 'string', default: 'http://localhost:8788/mcp' },
    email: { type: 'string', default: 'alice@example.com' },
    transport: { type: 'string', default: 'http-first' },
    protocol: { type: 'string', default: 'legacy' },
    'config-dir': { type: 'string' },
    'no-browser': { type: 'boolean' },
    debug: { type: 'boolean' },
  },
);

run(options['timeout-seconds'], async () => {
  const opened = new OpenedUrls();
  const told = [];
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [PROXY, options.url, '--transport', options.transport, '--protocol', options.protocol, '--auth-timeout', '60', ...(options.debug ? ['--debug'] : [])],
    env: opened.environment({ MCP_REMOTE_CONFIG_DIR: options['config-dir'] ?? temporaryDirectory() }),
    stderr: 'pipe',
  });
  transport.stderr.on('data', text => {
    told.push(String(text));
    say(String(text).trimEnd());
  });
  const client = new Client({ name: 'portcullis-end-to-end-stdio', version: '1' }, { capabilities: {} });
  closeAtEnd(() => endChild(client, transport));

  const connected = client.connect(transport);
  const signedIn = opened.first(Number(options['timeout-seconds'])).then(signInAt);
  await Promise.race([connected, signedIn.then(() => connected)]);
  const pages = opened.any() ? await signedIn : [];

  const tools = (await client.listTools()).tools.map(tool => tool.name);
  const sum = await client.callTool({ name: 'add', arguments: { a: 2, b: 3 } });
  return {
    server: client.getServerVersion(),
    tools,
    add: sum.content[0].text,
    isError: sum.isError === true,
    pages,
    strategy: /Using transport strategy: ([\w-]+)/.exec(told.join(''))?.[1] ?? options.transport,
    connectedUsing: /Connected to remote server using (\w+)/.exec(told.join(''))?.[1] ?? null,
  };
});

async function signInAt(url) {
  if (options['no-browser']) fail('mcp-remote wants a new sign-in, and --no-browser forbids it');
  say(`mcp-remote opened ${url.split('?')[0]}`);
  const page = await newPage();
  return (await approveAndSignIn(page, url, { email: options.email })).pages;
}

// The SDK ends the child by closing its stdin, then by signals to its process id; here we only make sure that it is gone.
async function endChild(client, transport) {
  const { pid } = transport;
  await client.close();
  if (pid) await until(`mcp-remote (process ${pid}) to end`, 8, () => !alive(pid));
}

function alive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function temporaryDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'mcp-remote-'));
  closeAtEnd(async () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
