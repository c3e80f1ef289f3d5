// The OAuth client's side of a sign-in, as both TypeScript SDKs ask for it (OAuthClientProvider): they discover, register, make the
// PKCE challenge and redeem the code themselves; this remembers what they hand over, and sends a real browser where they point.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { approveAndSignIn, newPage } from './browser.mjs';
import { closeAtEnd, fail, say } from './script.mjs';

export class RemoteSignIn {
  /** Set after a sign-in: what came back to the redirect URI. */
  callback;
  pagesMet = [];
  timesRegistered = 0;
  timesSignedIn = 0;

  #options;
  #memory;
  #state;

  /**
   * Listens on loopback at a fresh port, so that a remembered client comes back with another port than it registered (RFC 8252 §7.3).
   * @param options {person, decision, browser: may one be opened, stateFile, token: one to begin with, scope, clientDocument: our client_id}
   */
  static async open(options) {
    const listener = createServer((request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('The client has it from here.');
    });
    await new Promise(resolve => listener.listen(0, '127.0.0.1', resolve));
    closeAtEnd(async () => {
      listener.closeAllConnections();
      listener.close();
    });
    return new RemoteSignIn(options, `http://127.0.0.1:${listener.address().port}/callback`);
  }

  constructor(options, redirectUrl) {
    this.#options = options;
    this.redirectUrl = redirectUrl;
    this.#memory = options.stateFile && existsSync(options.stateFile) ? JSON.parse(readFileSync(options.stateFile, 'utf8')) : {};
    if (options.token) this.#memory.tokens = { access_token: options.token, token_type: 'Bearer' };
  }

  /** The address that is our client_id, if there is one: then the SDKs register nothing. */
  get clientMetadataUrl() {
    return this.#options.clientDocument;
  }

  get clientMetadata() {
    return {
      client_name: this.#options.clientName,
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      ...(this.#options.scope ? { scope: this.#options.scope } : {}),
    };
  }

  state() {
    this.#state = randomBytes(16).toString('base64url');
    return this.#state;
  }

  clientInformation() {
    return this.#memory.client;
  }

  saveClientInformation(client) {
    if (client.client_id !== this.#memory.client?.client_id) this.timesRegistered++;
    this.#remember({ client });
  }

  tokens() {
    return this.#memory.tokens;
  }

  saveTokens(tokens) {
    this.#remember({ tokens: { ...tokens, saved_at: Math.floor(Date.now() / 1000) } });
  }

  saveCodeVerifier(codeVerifier) {
    this.#remember({ codeVerifier });
  }

  codeVerifier() {
    return this.#memory.codeVerifier ?? fail('no code verifier was saved');
  }

  saveDiscoveryState(discovery) {
    this.discovery = discovery;
  }

  // Only within this run: the next run discovers afresh, which is what we want to see work.
  discoveryState() {
    return this.discovery;
  }

  invalidateCredentials(what) {
    say(`the SDK drops its ${what}`);
    if (what === 'all' || what === 'client') this.#remember({ client: undefined });
    if (what === 'all' || what === 'tokens') this.#remember({ tokens: undefined });
    if (what === 'all' || what === 'discovery') this.discovery = undefined;
  }

  async redirectToAuthorization(authorizationUrl) {
    if (!this.#options.browser) fail('an interactive sign-in is needed, and --no-browser forbids it');
    say(`sign-in at ${authorizationUrl.origin}${authorizationUrl.pathname} as ${this.#options.person.email}`);
    const page = await newPage();
    const { landed, pages } = await approveAndSignIn(page, authorizationUrl, this.#options.person, { decision: this.#options.decision });
    await page.context().close();
    this.callback = new URL(landed).searchParams;
    this.pagesMet = pages;
    this.timesSignedIn++;
    if (this.callback.get('state') !== this.#state) fail(`state came back as ${this.callback.get('state')}, sent was ${this.#state}`);
  }

  /** What may be shown of all this: no token, no code. */
  summary() {
    const { tokens, client } = this.#memory;
    return {
      clientId: client?.client_id ?? null,
      registered: this.timesRegistered,
      signedIn: this.timesSignedIn,
      pages: this.pagesMet,
      iss: this.callback?.get('iss') ?? null,
      tokens: tokens
        ? { type: tokens.token_type, scope: tokens.scope ?? null, expiresIn: tokens.expires_in ?? null, refresh: Boolean(tokens.refresh_token) }
        : null,
    };
  }

  #remember(what) {
    Object.assign(this.#memory, what);
    if (this.#options.stateFile) writeFileSync(this.#options.stateFile, JSON.stringify(this.#memory, null, 2), { mode: 0o600 });
  }
}

/** A fetch that tells on stderr what the SDK asks and what it gets: method, URL without its query, status, challenge. */
export function tellingFetch(enabled) {
  if (!enabled) return undefined;
  return async (url, init) => {
    const where = new URL(url);
    const headers = new Headers(init?.headers);
    const response = await fetch(url, init);
    const told = ['mcp-protocol-version', 'mcp-method', 'mcp-name', 'accept'].filter(name => headers.has(name)).map(name => `${name}: ${headers.get(name)}`);
    say(`${init?.method ?? 'GET'} ${where.origin}${where.pathname} [${told.join('; ')}${headers.has('authorization') ? '; authorization' : ''}] → ${response.status} ${response.headers.get('content-type') ?? ''} ${response.headers.get('www-authenticate') ?? ''}`);
    return response;
  };
}
