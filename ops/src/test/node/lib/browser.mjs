// A real Chromium that does what a person does between "sign in" and being back at the client: reads the consent page, approves or
// denies, says at the identity provider who they are. What it relies on in the pages:
//   consent            <form method="post" action="/authorize"> with button[name=decision][value=approve] and [value=deny]
//   identity provider  a form with input[name=email], [name=name], [name=groups] and button[name=action][value=signin], and optionally
//                      ready-made people as button[name=person][value=EMAIL] (Portcullis' stand-in for Access; oidc-provider.mjs too)
import { chromium } from 'playwright-core';
import { closeAtEnd, fail, say } from './script.mjs';

const FLAGS = [
  '--no-sandbox', // Chromium's own sandbox does not start for root, which is who runs in most containers
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]', // no page may reach outside
];
const HOPS_MAX = 8;
const PATIENCE_MILLIS = 15_000;

const CONSENT = 'form[action="/authorize"] button[name=decision]';
const IDENTITY = 'form input[name=email]';

let browser;

/** A page in a fresh profile (no cookies, nothing remembered) of the one Chromium this script runs. */
export async function newPage(contextOptions = {}) {
  if (!browser) {
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', headless: true, args: FLAGS });
    closeAtEnd(() => browser.close());
  }
  const context = await browser.newContext(contextOptions);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MILLIS);
  page.on('console', message => ['error', 'warning'].includes(message.type()) && say(`browser console: ${message.text()}`));
  return page;
}

/**
 * Goes from the authorization URL to the client's redirect URI.
 * @param person {email, name?, groups?}; a name or groups are typed into the form even when there is a button for the person
 * @param decision 'approve' or 'deny', for the consent page
 * @returns {landed, pages}: the URL at the client with its parameters; which pages were met: 'consent', 'identity'
 */
export async function approveAndSignIn(page, authorizationUrl, person, { decision = 'approve', redirectUri } = {}) {
  const home = redirectUri ?? new URL(authorizationUrl).searchParams.get('redirect_uri') ?? fail(`no redirect_uri in ${authorizationUrl}`);
  const pages = [];
  const landing = landingAt(page, home);
  await page.goto(String(authorizationUrl), { waitUntil: 'domcontentloaded' }).catch(failure => {
    if (!landing.url) throw failure; // everything was remembered, and the client's page may already be gone
  });
  for (let hop = 0; hop < HOPS_MAX; hop++) {
    const next = await whatIsShown(page, landing);
    if (next === 'home') return { landed: landing.url, pages };
    pages.push(next);
    const before = page.url();
    if (next === 'consent') await decide(page, decision);
    else await sayWhoIAm(page, person);
    await leftBehind(page, before, landing);
  }
  return fail(`still not at ${home} after ${HOPS_MAX} pages: ${pages.join(', ')}; now at ${page.url()}`);
}

/** Presses approve or deny on the consent page that is shown. */
export function decide(page, decision) {
  return page.click(`form[action="/authorize"] button[name=decision][value=${decision}]`, { noWaitAfter: true });
}

/** Signs in at the identity provider's page that is shown. */
export async function sayWhoIAm(page, { email, name, groups }) {
  const readyMade = page.locator(`button[name=person][value="${email}"]`);
  if (name === undefined && groups === undefined && (await readyMade.count()) > 0) {
    await readyMade.click({ noWaitAfter: true });
    return;
  }
  await page.fill('input[name=email]', email);
  await page.fill('input[name=name]', name ?? email.split('@')[0]);
  if ((await page.locator('input[name=groups]').count()) > 0) await page.fill('input[name=groups]', groups ?? '');
  await page.click('button[name=action][value=signin]', { noWaitAfter: true });
}

// Watches requests, not page contents: the client's listener may answer with anything, or close before the page is drawn.
function landingAt(page, home) {
  const landing = { url: undefined };
  page.on('request', request => {
    if (request.isNavigationRequest() && request.url().startsWith(home)) landing.url ??= request.url();
  });
  return landing;
}

async function whatIsShown(page, landing) {
  const deadline = Date.now() + PATIENCE_MILLIS;
  while (Date.now() < deadline) {
    if (landing.url) return 'home';
    if (await visible(page, CONSENT)) return 'consent';
    if (await visible(page, IDENTITY)) return 'identity';
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  const text = await page.innerText('body').catch(() => '');
  return fail(`the browser is stuck at ${page.url()}, which shows: ${text.slice(0, 500)}`);
}

// A click starts a navigation; until it has happened the old page must not be taken for a new one.
async function leftBehind(page, before, landing) {
  const deadline = Date.now() + PATIENCE_MILLIS;
  while (Date.now() < deadline) {
    if (landing.url || page.url() !== before) return;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  const text = await page.innerText('body').catch(() => '');
  fail(`the button at ${before} led nowhere (a form-action in the page's policy, or a refusal?); the page shows: ${text.slice(0, 500)}`);
}

async function visible(page, selector) {
  try {
    return await page.locator(selector).first().isVisible();
  } catch {
    return false; // asked in the middle of a navigation
  }
}
