// A hostile web page against a person who is signed in, or in the middle of a sign-in. The attacker has two addresses: 127.0.0.1, which is another
// site to browsers, so that our cookies stay behind; and localhost at another port, which is the same site but another origin, so that they come
// along. Prints, as JSON, what each attempt came to; whether that is in order is for the caller to say.
import { createHash, randomBytes } from 'node:crypto';
import { createServer, request as ask } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { readFileSync } from 'node:fs';
import { approveAndSignIn, decide, newPage, sayWhoIAm } from './lib/browser.mjs';
import { closeAtEnd, fail, readOptions, run, until } from './lib/script.mjs';

const options = readOptions(
  `node hostile-page.mjs --origin http://localhost:8788 --server-port PORT [--only ATTEMPT] | --origin … --hop-port PORT --key-store FILE --key-store-password WORD
    it listens at the origin's port itself and hands on to the server's, so that it can make an answer late;
    with --hop-port it signs in once, over an https origin at that port that the identity provider sends people through, and does nothing else`,
  { origin: { type: 'string' }, 'server-port': { type: 'string' }, only: { type: 'string' }, 'hop-port': { type: 'string' }, 'key-store': { type: 'string' }, 'key-store-password': { type: 'string' } },
);
const ORIGIN = options.origin;
const ALICE = { email: 'alice@example.com' };
const APPROVE = 'button[value=approve]';
const DENY = 'button[value=deny]';

const pages = new Map(); // of the attacker: path → {html, cookies}
const landings = []; // what came to the client's redirect URI: parameters
const onItsWay = { late: false, waiting: [] }; // what is held back of the answers to POST /authorize
let attackers; // {crossSite, sameSite}
let client;

run(options['timeout-seconds'], async () => {
  const attacker = await listen(createServer(serveAttack));
  attackers = { crossSite: `http://127.0.0.1:${attacker}`, sameSite: `http://localhost:${attacker}` };
  const app = await listen(createServer(serveClient));
  if (options['server-port']) await listen(createServer(handOn), Number(new URL(ORIGIN).port));
  client = await register(`http://127.0.0.1:${app}/callback`);
  if (options['hop-port']) return { hop: await attempt(signInOverHop) };
  const seen = {};
  for (const [name, work] of Object.entries({ consent, account, framing, tossing, fixation, pressing, headers })) {
    if (!options.only || options.only === name) seen[name] = await attempt(work);
  }
  return seen;
});

/** What one attempt came to; one that breaks does not end the others. */
async function attempt(work) {
  try {
    return await work();
  } catch (failure) {
    return { broken: failure.stack };
  }
}

/** O-63, T-52: an answer to our form that another page sends. The person's form must stay unanswered, so that they can answer it themselves. */
async function consent() {
  const page = await newPage();
  const before = landings.length;
  const form = await openConsent(page);
  const stranger = await openConsent(await newPage());
  const replayed = await openConsent(await page.context().newPage());
  await Promise.all([replayed.page.waitForSelector('input[name=email]'), decide(replayed.page, 'approve')]);

  const hostile = await page.context().newPage();
  const posts = {};
  for (const [site, address] of Object.entries(attackers)) {
    for (const decision of ['approve', 'deny']) {
      for (const [kind, transaction] of Object.entries({ stolen: form.transaction, strange: stranger.transaction, replayed: replayed.transaction, junk: form.transaction.slice(0, -2), none: undefined })) {
        posts[`${site} ${decision} ${kind}`] = await autoPost(hostile, address, '/authorize', { transaction, decision });
      }
    }
    posts[`${site} fetch`] = await fetchPost(hostile, address, '/authorize', { transaction: form.transaction, decision: 'approve' });
  }
  const get = await hostile.goto(`${ORIGIN}/authorize?${new URLSearchParams({ transaction: form.transaction, decision: 'approve' })}`);
  const landedByAttack = landings.length - before;
  const own = await approve(page);
  return { posts, get: { status: get.status(), at: where(hostile) }, landedByAttack, ownAnswer: Object.keys(own), landed: landings.length - before };
}

/** O-63, O-183, T-52: buttons of the account page, pressed by another page; even one that got hold of the tokens in it. */
async function account() {
  const page = await newPage();
  const tokens = await signInAndRedeem(page);
  await signInToAccount(page);
  const stolen = {
    revoke: { action: 'revoke', grant: await page.inputValue('input[name=grant] >> nth=0'), token: await tokenOf(page, 'revoke') },
    'revoke-all': { action: 'revoke-all', token: await tokenOf(page, 'revoke-all') },
    'sign-out': { action: 'sign-out', token: await tokenOf(page, 'sign-out') },
    'sign-in': { action: 'sign-in' },
  };
  const grants = await page.locator('button[value=revoke]').count();
  const hostile = await page.context().newPage();
  const posts = {};
  for (const [site, address] of Object.entries(attackers)) {
    for (const [deed, fields] of Object.entries(stolen)) posts[`${site} ${deed}`] = await autoPost(hostile, address, '/account', fields);
    posts[`${site} fetch`] = await fetchPost(hostile, address, '/account', stolen['revoke-all']);
  }
  await page.goto(`${ORIGIN}/account`);
  const grantsAfter = await page.locator('button[value=revoke]').count();
  const refresh = (await redeem({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token, client_id: client.id })).status;
  const otherSession = await attempt(() => pressWithTokenOfAnotherSession(page));
  return { posts, grants, grantsAfter, refresh, otherSession };
}

/** A token is good for one session: one of another browser's page is refused though the request is our own page's. */
async function pressWithTokenOfAnotherSession(page) {
  const other = await newPage();
  await signInToAccount(other);
  const token = await tokenOf(other, 'sign-out');
  await page.evaluate(value => (document.querySelector('form:has(button[value=sign-out]) input[name=token]').value = value), token);
  const [answer] = await Promise.all([page.waitForResponse(response => response.request().method() === 'POST'), page.click('button[value=sign-out]')]);
  return { status: answer.status() };
}

/** T-56: our pages in somebody else's frame. */
async function framing() {
  const page = await newPage();
  await signInToAccount(page);
  const stranger = await newPage();
  const targets = {
    consent: authorizeUrl().url,
    error: `${ORIGIN}/authorize?client_id=nobody`,
    account: `${ORIGIN}/account`,
    callback: `${ORIGIN}/callback?code=x&state=y`,
  };
  const frames = {};
  for (const [who, tab] of Object.entries({ signedIn: page, signedOut: stranger })) {
    for (const [site, address] of Object.entries(attackers)) {
      for (const [what, url] of Object.entries(targets)) {
        await tab.goto(serve(address, `<iframe src="${attribute(url)}" width="800" height="600"></iframe>`), { waitUntil: 'load' });
        const frame = tab.frames()[1];
        const shown = await frame.evaluate(() => document.querySelector('main, form, button') !== null && document.location.protocol !== 'chrome-error:').catch(() => false);
        frames[`${who} ${site} ${what}`] = { at: frame.url().split('?')[0], shown };
      }
    }
  }
  // That a page which may be framed would be seen: the attacker's own.
  const own = serve(attackers.crossSite, '<main>mine</main>');
  await page.goto(serve(attackers.sameSite, `<iframe src="${own}"></iframe>`), { waitUntil: 'load' });
  const control = await page.frames()[1].evaluate(() => document.querySelector('main') !== null);
  return { frames, control };
}

/** T-60: cookies do not tell ports apart, so that another server on this host can set some that are named as ours. */
async function tossing() {
  const before = landings.length;
  const form = await openConsent(await newPage());
  const mine = (await form.page.context().cookies()).find(cookie => cookie.name.startsWith('mcp_csrf_')) ?? fail('no cookie of a form');
  await toss(form.page, [`${mine.name}=${randomBytes(32).toString('base64url')}; Path=/authorize`]);
  const duplicateAtConsent = await press(form.page, APPROVE);

  const trip = await openConsent(await newPage());
  await Promise.all([trip.page.waitForSelector('input[name=email]'), decide(trip.page, 'approve')]);
  const secret = (await trip.page.context().cookies()).find(cookie => cookie.name.startsWith('mcp_tx_')) ?? fail('no cookie of a trip');
  await toss(trip.page, [`${secret.name}=${randomBytes(32).toString('base64url')}; Path=/callback`]);
  const duplicateAtCallback = await comeBack(trip.page);
  const landedByDuplicates = landings.length - before;

  const crowd = await newPage();
  await crowd.goto(`${ORIGIN}/account`);
  const many = kind => Array.from({ length: 50 }, (_, i) => `mcp_${kind}_${String(i).padStart(8, '0')}=junk${i}; Path=/`);
  await toss(crowd, [...many('tx'), ...many('csrf')]);
  const crowded = await openConsent(crowd);
  const rounds = [];
  for (let round = 0; round < 3 && landings.length === before; round++) {
    const answer = await press(crowded.page, APPROVE);
    rounds.push(answer);
    if (answer.status === 303) await comeBack(crowded.page);
    else await openConsent(crowded.page);
  }
  return { duplicateAtConsent, duplicateAtCallback, landedByDuplicates, crowd: rounds, crowdState: landings.length > before ? landings.at(-1).get('state') === crowded.state || 'another' : 'none' };
}

/** O-67, T-53: the attacker begins, and has somebody else go on: at each hop. */
async function fixation() {
  const before = landings.length;
  const attacker = await openConsent(await newPage());
  const victim = await openConsent(await newPage());
  await victim.page.evaluate(value => (document.querySelector('input[name=transaction]').value = value), attacker.transaction);
  const form = await press(victim.page, APPROVE);

  const [request] = await Promise.all([attacker.page.waitForRequest(request => request.redirectedFrom() !== null), decide(attacker.page, 'approve')]);
  const providerUrl = request.url();
  await victim.page.goto(providerUrl);
  const atProvider = await comeBack(victim.page);

  const callbackUrl = await interceptCallback(attacker.page);
  const [withCode, withoutCode] = [await visit(victim.page, callbackUrl), await visit(victim.page, callbackUrl.replace(/code=[^&]*/, 'code=x'))];
  const landedByAttack = landings.length - before;
  await attacker.page.goto(callbackUrl).catch(() => {});
  const ownEnd = landings.length - before; // a stranger must not have used it up

  const attackersAccount = await newPage();
  await attackersAccount.goto(`${ORIGIN}/account`);
  await Promise.all([attackersAccount.waitForSelector('input[name=email]'), attackersAccount.click('button[value=sign-in]')]);
  const accountCallback = await visit(victim.page, await interceptCallback(attackersAccount));
  await victim.page.goto(`${ORIGIN}/account`);
  const accountSignedIn = (await victim.page.locator('button[value=sign-out]').count()) > 0;
  return { form, atProvider, withCode, withoutCode, landedByAttack, ownEnd, accountCallback, accountSignedIn };
}

/** O-63, O-70: what a person meets who presses twice, or goes back. */
async function pressing() {
  let before = landings.length;
  const twice = await openConsent(await newPage());
  const afterDouble = await pressOneAfterTheOther(twice.page, APPROVE, APPROVE);
  if (afterDouble.identity) await comeBack(twice.page);
  const landedByDouble = landings.slice(before).map(parameters => [...parameters.keys()]);

  before = landings.length;
  const deniedTwice = await pressOneAfterTheOther((await openConsent(await newPage())).page, DENY, DENY);
  const landedByDenying = landings.slice(before).map(parameters => parameters.get('error'));

  before = landings.length;
  const otherMind = await pressOneAfterTheOther((await openConsent(await newPage())).page, APPROVE, DENY);
  const landedByOtherMind = landings.length - before;

  const back = await openConsent(await newPage());
  await Promise.all([back.page.waitForSelector('input[name=email]'), decide(back.page, 'approve')]);
  await back.page.goBack();
  const afterBack = await titleOf(back.page);
  before = landings.length;
  await Promise.all([back.page.waitForSelector('input[name=email]'), decide(back.page, 'approve')]);
  const [callback] = await Promise.all([back.page.waitForRequest(request => request.url().startsWith(`${ORIGIN}/callback`)), comeBack(back.page)]);
  const landedAfterBack = landings.length - before;
  await back.page.goBack().catch(() => {});
  const afterBackFromClient = { at: where(back.page), title: await titleOf(back.page) };
  const callbackAgain = await visit(back.page, callback.url());
  return { afterDouble, landedByDouble, deniedTwice, landedByDenying, otherMind, landedByOtherMind, afterBack, landedAfterBack, afterBackFromClient, callbackAgain, landedAtEnd: landings.length - before };
}

/** Presses a second time while the answer to the first is on its way: the browser gives the first up. */
async function pressOneAfterTheOther(page, first, second) {
  const before = landings.length;
  let posts = 0;
  page.on('request', request => request.method() === 'POST' && request.url() === `${ORIGIN}/authorize` && posts++);
  await page.locator(first).scrollIntoViewIfNeeded();
  const spots = [await page.locator(first).boundingBox(), await page.locator(second).boundingBox()];
  const press = async count => {
    const { x, y, width, height } = spots[count - 1];
    await page.mouse.click(x + width / 2, y + height / 2); // unlike a locator's, it waits for no navigation
    await until(`press ${count} to be answered`, 10, () => onItsWay.waiting.length === count);
  };
  onItsWay.waiting = [];
  onItsWay.late = true;
  await press(1);
  await press(2);
  onItsWay.late = false;
  const answers = onItsWay.waiting;
  await until('a page after the second press', 10, async () => landings.length > before || (await shown(page, 'input[name=email]')) || (await shown(page, 'dl')));
  return { posts, answers, identity: await shown(page, 'input[name=email]'), title: await titleOf(page) };
}

/** O-62, T-56: what goes with every page, errors among them. */
async function headers() {
  const page = await newPage();
  await signInToAccount(page);
  const signedIn = page.context().request;
  const form = (path, fields, more = {}) => [path, { method: 'POST', form: fields, headers: { accept: 'text/html', ...more } }];
  const authorize = more => `/authorize?${new URL(authorizeUrl(more).url).searchParams}`;
  const requests = {
    consent: [authorize()],
    'unknown client': [authorize({ client_id: 'nobody' })],
    'bad redirect': [authorize({ redirect_uri: 'https://elsewhere.example/' })],
    'repeated parameter': [`${authorize()}&client_id=x`],
    'way back offered': [authorize({ scope: 'unknown' })],
    unreadable: ['/authorize?x=%zz'],
    'too long': [`/authorize?x=${'y'.repeat(15_000)}`],
    'forged consent': form('/authorize', { transaction: 'x', decision: 'approve' }),
    'consent from elsewhere': form('/authorize', { transaction: 'x', decision: 'approve' }, { origin: attackers.crossSite }),
    'no decision': form('/authorize', { transaction: 'x' }),
    'consent of another type': ['/authorize', { method: 'POST', data: '{}', headers: { accept: 'text/html', 'content-type': 'application/json' } }],
    'callback unknown': ['/callback?code=x&state=y'],
    'callback repeated': ['/callback?state=x&state=y'],
    account: ['/account'],
    'account forged': form('/account', { action: 'revoke-all', token: 'x' }),
    'account unreadable': form('/account', { action: 'nothing' }),
  };
  const answers = {};
  for (const [name, [path, init]] of Object.entries(requests)) {
    const answer = await signedIn.fetch(ORIGIN + path, { maxRedirects: 0, headers: { accept: 'text/html' }, ...init });
    answers[name] = { status: answer.status(), headers: answer.headers() };
  }
  const out = await (await newPage()).context().request.get(`${ORIGIN}/account`, { headers: { accept: 'text/html' } });
  return { ...answers, 'account signed out': { status: out.status(), headers: out.headers() } };
}

/** O-62, O-64: the provider sends people on to another origin before it shows its page; and sends them back from another site. */
async function signInOverHop() {
  const seenAtHop = [];
  const tls = createTlsServer({ pfx: readFileSync(options['key-store']), passphrase: options['key-store-password'] }, (request, response) => {
    seenAtHop.push(request.url);
    response.writeHead(302, { location: new URL(request.url, 'https://127.0.0.1').searchParams.get('next') }).end();
  });
  await listen(tls, Number(options['hop-port']));
  const page = await newPage({ ignoreHTTPSErrors: true });
  const callbacks = [];
  page.on('request', request => request.url().startsWith(`${ORIGIN}/callback`) && callbacks.push(request));
  const { pages: met } = await approveAndSignIn(page, authorizeUrl().url, { ...ALICE, name: 'Alice', groups: '' });
  const sent = await callbacks[0].allHeaders();
  return { met, hops: seenAtHop.length, landed: landings.length, parameters: [...landings[0].keys()], site: sent['sec-fetch-site'] ?? null, cookies: cookieNames(sent) };
}

// ——— the attacker ———

function serveAttack(request, response) {
  const page = pages.get(request.url) ?? { html: '', cookies: [] };
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'set-cookie': page.cookies }).end(`<!doctype html><title>Win a prize</title>${page.html}`);
}

function serve(address, html, cookies = []) {
  const path = `/${randomBytes(6).toString('hex')}`;
  pages.set(path, { html, cookies });
  return address + path;
}

/** A page that posts a form as soon as somebody looks at it. @returns how it ended, and which cookies of ours came along */
async function autoPost(page, address, path, fields) {
  const inputs = Object.entries(fields).filter(([, value]) => value !== undefined).map(([name, value]) => `<input type="hidden" name="${name}" value="${attribute(value)}">`);
  const url = serve(address, `<form method="post" action="${ORIGIN}${path}">${inputs.join('')}</form><script>document.forms[0].submit()</script>`);
  const [answer] = await Promise.all([page.waitForResponse(response => response.request().method() === 'POST'), page.goto(url).catch(() => {})]);
  return { status: answer.status(), cookies: cookieNames(await answer.request().allHeaders()) };
}

async function fetchPost(page, address, path, fields) {
  await page.goto(serve(address, ''));
  const send = page.evaluate(
    async ([url, body]) => {
      const tries = {};
      for (const mode of ['cors', 'no-cors']) {
        tries[mode] = await fetch(url, { method: 'POST', mode, credentials: 'include', body: new URLSearchParams(body) }).then(answer => answer.type, () => 'failed');
      }
      return tries;
    },
    [ORIGIN + path, fields],
  );
  const [answer, tries] = await Promise.all([page.waitForResponse(response => response.request().method() === 'POST'), send]);
  return { status: answer.status(), ...tries };
}

/** Goes to a page of another server on our host in a tab beside, which sets these. */
async function toss(page, cookies) {
  const beside = await page.context().newPage();
  await beside.goto(serve(attackers.sameSite, '', cookies));
  await beside.close();
}

// ——— the client and the person ———

/** A slow way to the server, when asked for: an answer to a consent form is kept until another one has come. */
function handOn(request, response) {
  const onward = ask({ host: '127.0.0.1', port: options['server-port'], method: request.method, path: request.url, headers: request.headers }, answer => {
    const deliver = () => answer.pipe(response.writeHead(answer.statusCode, answer.rawHeaders));
    if (!onItsWay.late || request.method !== 'POST' || request.url !== '/authorize') return deliver();
    onItsWay.waiting.push(answer.statusCode);
    return onItsWay.waiting.length === 1 ? until('a second answer', 20, () => onItsWay.waiting.length > 1).then(deliver, deliver) : deliver();
  });
  onward.on('error', () => response.destroy());
  request.pipe(onward);
}

function serveClient(request, response) {
  const url = new URL(request.url, 'http://127.0.0.1');
  if (url.pathname === '/callback') landings.push(url.searchParams);
  response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>The client</title>The client has it from here.');
}

async function register(redirectUri) {
  const answer = await fetch(`${ORIGIN}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: 'Pressed', redirect_uris: [redirectUri], token_endpoint_auth_method: 'none', grant_types: ['authorization_code', 'refresh_token'] }),
  });
  return { id: (await answer.json()).client_id ?? fail('no client was registered'), redirectUri };
}

function authorizeUrl(more = {}) {
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(8).toString('hex');
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: client.id,
    redirect_uri: client.redirectUri,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  });
  return { url: `${ORIGIN}/authorize?${query}`, verifier, state };
}

async function openConsent(page) {
  const { url, verifier, state } = authorizeUrl();
  await page.goto(url);
  return { page, verifier, state, transaction: await page.inputValue('input[name=transaction]') };
}

/** From the consent page that is shown to the client. @returns the parameters there */
async function approve(page) {
  await Promise.all([page.waitForSelector('input[name=email]'), decide(page, 'approve')]);
  await comeBack(page);
  return Object.fromEntries(landings.at(-1));
}

async function signInAndRedeem(page) {
  const form = await openConsent(page);
  const { code } = await approve(page);
  const answer = await redeem({ grant_type: 'authorization_code', code, client_id: client.id, redirect_uri: client.redirectUri, code_verifier: form.verifier });
  return answer.json();
}

function redeem(form) {
  return fetch(`${ORIGIN}/token`, { method: 'POST', body: new URLSearchParams(form) });
}

async function signInToAccount(page) {
  await page.goto(`${ORIGIN}/account`);
  await Promise.all([page.waitForSelector('input[name=email]'), page.click('button[value=sign-in]')]);
  await Promise.all([page.waitForSelector('button[value=sign-out]'), sayWhoIAm(page, ALICE)]);
}

function tokenOf(page, deed) {
  return page.inputValue(`form:has(button[value=${deed}]) input[name=token] >> nth=0`);
}

/** Says at the provider who they are, and waits for our answer to what the provider brings. */
async function comeBack(page) {
  const before = landings.length;
  const [answer] = await Promise.all([page.waitForResponse(response => response.url().startsWith(`${ORIGIN}/callback`)), sayWhoIAm(page, ALICE)]);
  if (answer.status() === 303) await until('the client to be reached', 10, () => landings.length > before);
  else await page.waitForURL(answer.url());
  return { status: answer.status(), title: await titleOf(page) };
}

/** Signs in at the provider, but in vain. @returns where the provider sent the browser */
async function interceptCallback(page) {
  // The browser does go, but without the cookies that it would need.
  const kept = await page.context().cookies(ORIGIN);
  await page.context().clearCookies({ name: /^mcp_(tx|acct)_/ });
  const [request] = await Promise.all([page.waitForRequest(request => request.url().startsWith(`${ORIGIN}/callback`)), sayWhoIAm(page, ALICE)]);
  await page.waitForURL(request.url());
  await page.context().addCookies(kept);
  return request.url();
}

async function press(page, selector) {
  const shownBefore = page.url();
  const [answer] = await Promise.all([page.waitForResponse(response => response.request().method() === 'POST'), page.click(selector, { noWaitAfter: true })]);
  await page.waitForURL(url => url.href !== shownBefore);
  return { status: answer.status(), title: await titleOf(page) };
}

async function visit(page, url) {
  const answer = await page.goto(url);
  return { status: answer.status(), title: await titleOf(page) };
}

/** Of the page itself: until a page has come, browsers give its address for a title. */
async function titleOf(page) {
  let title;
  await until('a page with a title', 10, async () => (title = await page.evaluate(() => document.readyState !== 'loading' && document.title).catch(() => '')));
  return title;
}

async function shown(page, selector) {
  return page.locator(selector).first().isVisible().catch(() => false);
}

function where(page) {
  return page.url().split('?')[0];
}

function cookieNames(sent) {
  return (sent.cookie ?? '').split('; ').filter(Boolean).map(pair => pair.split('=')[0].replace(/_[\w-]{8}$/, ''));
}

function attribute(text) {
  return text.replace(/&/g, '&amp;').replace(/"/g, '&quot;');
}

async function listen(server, port = 0) {
  await new Promise(resolve => server.listen(port, '127.0.0.1', resolve));
  closeAtEnd(async () => {
    server.closeAllConnections();
    server.close();
  });
  return server.address().port;
}
