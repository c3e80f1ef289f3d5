// Shows what a person sees: a PNG of each page at desktop and at 360 px width, light and dark, and says of each whether it scrolls
// sideways, logs errors or asks for anything outside its own site. With --origin it goes through a sign-in and takes the pages on its way.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { decide, newPage } from './lib/browser.mjs';
import { fail, readOptions, run } from './lib/script.mjs';

const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };
const SCHEMES = ['light', 'dark'];

const options = readOptions(
  `node screenshots.mjs --out DIR [--origin http://localhost:8788] [NAME=URL …]
    --origin registers a client there and takes: consent, identity (the page one signs in at), and error (an unknown redirect URI)`,
  { out: { type: 'string', default: 'screenshots' }, origin: { type: 'string' }, 'client-name': { type: 'string', default: 'Screenshot client' } },
  { positionals: true },
);

run(options['timeout-seconds'], async () => {
  mkdirSync(options.out, { recursive: true });
  const visits = options.rest.map(word => /^[\w-]+=/.test(word) ? { name: word.split('=')[0], url: word.slice(word.indexOf('=') + 1) } : { name: nameOf(word), url: word });
  if (options.origin) visits.push(...(await signInPages(options.origin)));
  if (visits.length === 0) fail('name at least one URL, or give --origin');
  const shots = [];
  for (const visit of visits) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      for (const colorScheme of SCHEMES) shots.push(await shoot(visit, size, viewport, colorScheme));
    }
  }
  return { shots, flawed: shots.filter(shot => shot.scrollsSideways || shot.errors.length > 0 || shot.outside.length > 0).map(shot => shot.file) };
});

async function shoot({ name, url, before }, size, viewport, colorScheme) {
  const page = await newPage({ viewport, colorScheme, reducedMotion: 'reduce' });
  const errors = [];
  const outside = [];
  page.on('console', message => message.type() === 'error' && !message.location().url.endsWith('/favicon.ico') && errors.push(message.text()));
  page.on('pageerror', failure => errors.push(failure.message));
  page.on('request', request => !/^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]/.test(request.url()) && outside.push(request.url()));
  const response = await page.goto(url, { waitUntil: 'load' }).catch(failure => void errors.push(failure.message.split('\n')[0]));
  if (before) await before(page);
  const file = join(options.out, `${name}-${size}-${colorScheme}.png`);
  await page.screenshot({ path: file, fullPage: true });
  const scrollsSideways = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  const shot = { file, url: page.url().split('?')[0], title: await page.title(), status: response?.status() ?? null, scrollsSideways, outside };
  await page.context().close();
  return { ...shot, errors: errors.filter(text => !text.includes(`status of ${shot.status}`)) }; // that a 404 page is a 404 is no flaw
}

async function signInPages(origin) {
  const redirectUri = 'http://127.0.0.1:9/callback'; // never gone to
  const registered = await fetch(new URL('/register', origin), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: options['client-name'], redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }),
  });
  if (registered.status !== 201) fail(`registering a client ended with ${registered.status}: ${await registered.text()}`);
  const { client_id: clientId } = await registered.json();
  const authorize = uri => `${new URL('/authorize', origin)}?${new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: uri,
    state: randomBytes(8).toString('hex'),
    code_challenge: createHash('sha256').update(randomBytes(32)).digest('base64url'),
    code_challenge_method: 'S256',
  })}`;
  return [
    { name: 'consent', url: authorize(redirectUri) },
    { name: 'identity', url: authorize(redirectUri), before: page => Promise.all([page.waitForSelector('input[name=email]'), decide(page, 'approve')]) },
    { name: 'error', url: authorize('https://elsewhere.example/callback') },
  ];
}

function nameOf(url) {
  return new URL(url).pathname.replace(/[^\w-]+/g, '-').replace(/^-|-$/g, '') || 'root';
}
