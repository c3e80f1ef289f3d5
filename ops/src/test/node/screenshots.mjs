// Shows what a person sees: a PNG of each page at desktop and at 360 px width, light and dark, and says of each whether it scrolls
// sideways, logs errors or asks for anything outside its own site. With --origin it goes through a sign-in and takes the pages on its way.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { decide, newPage, sayWhoIAm } from './lib/browser.mjs';
import { fail, readOptions, run } from './lib/script.mjs';

const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 360, height: 740 }, narrow: { width: 320, height: 640 } };
const SCHEMES = ['light', 'dark'];

const REDIRECTS = {
  loopback: 'http://127.0.0.1:9/callback', // none is ever gone to
  web: 'https://client.example/oauth/callback?tenant=a-rather-long-name-of-a-tenant-that-has-to-be-broken-somewhere',
  app: 'cursor://anysphere.cursor-retrieval/oauth/callback',
};

const options = readOptions(
  `node screenshots.mjs --out DIR [--origin http://localhost:8788] [NAME=URL …]
    --origin registers a client there and takes the pages of a sign-in, the error pages that can be had, and the account pages; --more ID=REDIRECT_URI
    takes the consent page of a client that is there already, e.g. one of the settings; --only PATTERN takes those whose names match`,
  { out: { type: 'string', default: 'screenshots' }, origin: { type: 'string' }, 'client-name': { type: 'string', default: 'Screenshot client' }, more: { type: 'string', multiple: true, default: [] }, only: { type: 'string', default: '' } },
  { positionals: true },
);

run(options['timeout-seconds'], async () => {
  mkdirSync(options.out, { recursive: true });
  const visits = options.rest.map(word => /^[\w-]+=/.test(word) ? { name: word.split('=')[0], url: word.slice(word.indexOf('=') + 1) } : { name: nameOf(word), url: word });
  if (options.origin) visits.push(...(await signInPages(options.origin)));
  if (visits.length === 0) fail('name at least one URL, or give --origin');
  const wanted = visits.filter(visit => new RegExp(options.only).test(visit.name));
  const shots = [];
  for (const visit of wanted) {
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
  let status = null; // of the page that is shown in the end
  page.on('response', response => response.request().isNavigationRequest() && (status = response.status()));
  await page.goto(url, { waitUntil: 'load' }).catch(failure => void errors.push(failure.message.split('\n')[0]));
  if (before) await before(page);
  const file = join(options.out, `${name}-${size}-${colorScheme}.png`);
  await page.screenshot({ path: file, fullPage: true });
  const scrollsSideways = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  const shot = { file, url: page.url().split('?')[0], title: await page.title(), status, scrollsSideways, outside };
  await page.context().close();
  return { ...shot, errors: errors.filter(text => !text.includes(`status of ${shot.status}`)) }; // that a 404 page is a 404 is no flaw
}

async function signInPages(origin) {
  const registered = await fetch(new URL('/register', origin), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: options['client-name'], redirect_uris: Object.values(REDIRECTS), token_endpoint_auth_method: 'none' }),
  });
  if (registered.status !== 201) fail(`registering a client ended with ${registered.status}: ${await registered.text()}`);
  const { client_id: clientId } = await registered.json();
  const authorize = (uri, more = {}) => `${new URL('/authorize', origin)}?${new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: uri,
    state: randomBytes(8).toString('hex'),
    code_challenge: createHash('sha256').update(randomBytes(32)).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  })}`;
  const account = String(new URL('/account', origin));
  const approve = page => Promise.all([page.waitForSelector('input[name=email]'), decide(page, 'approve')]);
  const signIn = async page => {
    await Promise.all([page.waitForSelector('input[name=email]'), page.click('button[value=sign-in]')]);
    await Promise.all([page.waitForURL(account), sayWhoIAm(page, { email: 'alice@example.com' })]);
  };
  const grant = async () => {
    const page = await newPage(); // of its own, since it ends at a host that is none
    await page.goto(authorize(REDIRECTS.web));
    await approve(page);
    await Promise.all([page.waitForRequest(/client\.example/), sayWhoIAm(page, { email: 'alice@example.com' })]);
    await page.context().close();
  };
  const end = (page, button) => Promise.all([page.waitForSelector('.notice'), page.click(button)]);
  return [
    ...Object.entries(REDIRECTS).map(([kind, uri]) => ({ name: `consent-${kind}`, url: authorize(uri) })),
    ...options.more.map(word => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)])
      .map(([id, uri]) => ({ name: `consent-${nameOf(id.includes(':') ? id : `http://x/${id}`)}`, url: authorize(uri, { client_id: id }) })),
    { name: 'identity', url: authorize(REDIRECTS.loopback), before: approve },
    { name: 'error-redirect', url: authorize('https://elsewhere.example/callback') },
    { name: 'error-client', url: authorize(REDIRECTS.web, { client_id: 'nobody' }) },
    { name: 'error-offer', url: authorize(REDIRECTS.web, { scope: 'unknown' }) },
    { name: 'error-callback', url: String(new URL('/callback?code=x&state=y', origin)) },
    { name: 'error-unreadable', url: `${new URL('/authorize', origin)}?x=%zz` },
    { name: 'error-answered', url: authorize(REDIRECTS.loopback), before: answerOtherwise },
    { name: 'account-signed-out', url: account },
    { name: 'account-error', url: account, before: forgeForm },
    { name: 'account-empty', url: account, before: async page => { await signIn(page); await endAll(page); } },
    { name: 'account', url: account, before: async page => { await grant(); await signIn(page); } },
    { name: 'account-all', url: account, before: async page => { await grant(); await signIn(page); await page.click('summary'); } },
    { name: 'account-ended', url: account, before: async page => { await grant(); await signIn(page); await end(page, 'button[value=revoke]'); } },
    { name: 'account-left', url: account, before: async page => { await signIn(page); await end(page, 'button[value=sign-out]'); } },
  ];
}

async function answerOtherwise(page) {
  const form = await page.inputValue('input[name=transaction]');
  const cookies = await page.context().cookies();
  await Promise.all([page.waitForSelector('input[name=email]'), decide(page, 'approve')]);
  await page.goBack();
  await page.context().addCookies(cookies);
  await page.evaluate(value => (document.querySelector('input[name=transaction]').value = value), form);
  await Promise.all([page.waitForSelector('dl'), decide(page, 'deny')]);
}

async function forgeForm(page) {
  await page.evaluate(() => (document.querySelector('button[value=sign-in]').value = 'nothing'));
  await Promise.all([page.waitForSelector('dl'), page.click('button[name=action]')]);
}

async function endAll(page) {
  if ((await page.locator('summary').count()) === 0) return;
  await page.click('summary');
  await page.click('button[value=revoke-all]');
  await page.waitForSelector('.notice');
}

function nameOf(url) {
  return new URL(url).pathname.replace(/[^\w-]+/g, '-').replace(/^-|-$/g, '') || 'root';
}
