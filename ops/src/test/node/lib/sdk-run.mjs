// The run that both SDK clients make; they differ only in their library, which they hand in as `library`:
//   {name, connect(url, signIn) → {client, protocolVersion, close}, finish(signIn's callback), auth(signIn, url), isUnauthorized(error)}
// and for --scenario matrix, where they differ more: {answer, hear, call, watch}, see matrix.mjs.
import { writeFileSync } from 'node:fs';
import { MATRIX_CAPABILITIES, useEverything } from './matrix.mjs';
import { closeAtEnd, fail, readOptions, run, say } from './script.mjs';
import { RemoteSignIn, tellingFetch } from './sign-in.mjs';

const JPEG_START = Buffer.from([0xff, 0xd8, 0xff]);

export function runSdkClient(library) {
  const options = readOptions(usageOf(library), {
    url: { type: 'string', default: 'http://localhost:8788/mcp' },
    email: { type: 'string', default: 'alice@example.com' },
    name: { type: 'string' },
    groups: { type: 'string' },
    scope: { type: 'string' },
    'state-file': { type: 'string' },
    'no-browser': { type: 'boolean' },
    'sign-in-again': { type: 'boolean' },
    'expect-image': { type: 'boolean' },
    'expect-no-image': { type: 'boolean' },
    'call-image': { type: 'string' },
    refresh: { type: 'boolean' },
    deny: { type: 'boolean' },
    trace: { type: 'boolean' },
    token: { type: 'string' },
    scenario: { type: 'string', default: 'tools' },
    'client-document': { type: 'string' },
    ...library.options,
  });
  run(options['timeout-seconds'], async () => {
    const signIn = await RemoteSignIn.open({
      person: { email: options.email, name: options.name, groups: options.groups },
      decision: options.deny ? 'deny' : 'approve',
      browser: !options['no-browser'],
      stateFile: options['state-file'],
      token: options.token,
      scope: options.scope,
      clientDocument: options['client-document'],
      clientName: `Portcullis end-to-end (${library.name})`,
    });
    if (options['sign-in-again']) signIn.invalidateCredentials('tokens');
    const url = new URL(options.url);
    const isMatrix = options.scenario === 'matrix';
    const settings = { fetch: tellingFetch(options.trace), capabilities: isMatrix ? MATRIX_CAPABILITIES : {}, options };
    if (options.deny) return expectDenied(library, url, signIn, settings);
    const refreshed = options.refresh ? await refresh(library, url, signIn, settings) : null;
    const connection = await connectSigningIn(library, url, signIn, settings);
    const seen =
      options.scenario === 'step-up' ? await stepUp(library, url, signIn, connection)
      : isMatrix ? await useEverything(library, connection)
      : await useTools(connection, options);
    return { ...seen, ...signIn.summary(), refreshed };
  });
}

// The SDK answers a 401 by sending the browser off and throwing; afterwards the code is redeemed and the connection made again.
async function connectSigningIn(library, url, signIn, settings) {
  try {
    return await library.connect(url, signIn, settings);
  } catch (failure) {
    if (!library.isUnauthorized(failure)) throw failure;
    await library.finish(url, signIn, settings);
    return library.connect(url, signIn, settings);
  }
}

async function expectDenied(library, url, signIn, settings) {
  const failure = await connectSigningIn(library, url, signIn, settings).then(() => undefined, reason => reason);
  const error = signIn.callback?.get('error') ?? fail(`denied on the consent page, but the client got ${failure ? failure.message : 'in'}`);
  if (error !== 'access_denied') fail(`denied on the consent page, and the client was told ${error}`);
  return { denied: true, error, saidBySdk: failure?.message ?? null, ...signIn.summary() };
}

async function refresh(library, url, signIn, settings) {
  const before = signIn.tokens() ?? fail('--refresh needs a --state-file with tokens of an earlier run');
  if (!before.refresh_token) fail('there is no refresh token to use');
  const result = await library.auth(url, signIn, settings);
  if (result !== 'AUTHORIZED') fail(`the SDK could not refresh; it said ${result}`);
  const after = signIn.tokens();
  return { accessTokenChanged: after.access_token !== before.access_token, refreshTokenChanged: after.refresh_token !== before.refresh_token };
}

async function useTools({ client, protocolVersion, close }, options) {
  closeAtEnd(close);
  const tools = (await client.listTools()).tools.map(tool => tool.name);
  const sum = await client.callTool({ name: 'add', arguments: { a: 2, b: 3 } });
  const offered = tools.includes('generateImage');
  if (options['expect-image'] && !offered) fail(`generateImage is not offered, only ${tools.join(', ')}`);
  if (options['expect-no-image'] && offered) fail('generateImage is offered to somebody who may not use it');
  return {
    protocolVersion: protocolVersion(),
    server: client.getServerVersion() ?? null,
    tools,
    add: text(sum),
    isError: sum.isError === true,
    image: options['call-image'] ? await callImage(client, options['call-image']) : null,
    imageRefused: options['expect-no-image'] ? await refusalOfImage(client) : null,
  };
}

// The SDK answers 403 insufficient_scope by sending the browser off for the scopes that it has and those that are wanted.
async function stepUp(library, url, signIn, { client, close }) {
  closeAtEnd(close);
  const before = signIn.summary().tokens.scope;
  const call = () => client.callTool({ name: 'generateImage', arguments: { prompt: 'a portcullis at dawn', steps: 4 } });
  const refusal = await call().then(() => fail('generateImage worked without its scope'), reason => reason);
  if (!library.isUnauthorized(refusal)) throw refusal;
  const pages = signIn.pagesMet;
  await library.finish(url, signIn);
  const result = await call();
  return { stepUp: { before, after: signIn.summary().tokens.scope, pages }, image: result.content.find(block => block.type === 'image')?.mimeType ?? fail(text(result)) };
}

async function callImage(client, file) {
  const result = await client.callTool({ name: 'generateImage', arguments: { prompt: 'a portcullis at dawn', steps: 4 } });
  const image = result.content.find(block => block.type === 'image');
  if (result.isError || !image) fail(`generateImage gave no image: ${text(result)}`);
  const bytes = Buffer.from(image.data, 'base64');
  if (image.mimeType === 'image/jpeg' && !bytes.subarray(0, 3).equals(JPEG_START)) fail('the image says it is a JPEG, its bytes do not');
  writeFileSync(file, bytes);
  say(`${bytes.length} bytes of ${image.mimeType} written to ${file}`);
  return { mimeType: image.mimeType, bytes: bytes.length };
}

// A tool one may not use must not exist for one: calling it by name is refused like any unknown tool.
async function refusalOfImage(client) {
  try {
    const result = await client.callTool({ name: 'generateImage', arguments: { prompt: 'let me in' } });
    return result.isError ? { isError: true, message: text(result) } : fail('generateImage worked for somebody who may not use it');
  } catch (refusal) {
    if (refusal.code === undefined) throw refusal;
    return { code: refusal.code, message: refusal.message };
  }
}

function text(result) {
  return result.content.filter(block => block.type === 'text').map(block => block.text).join('\n');
}

function usageOf({ name, script, usage = '' }) {
  return `${name}: signs in with a real browser and calls tools; prints one JSON line
  node ${script} [--url http://localhost:8788/mcp] [--email alice@example.com] [--name NAME] [--groups a,b] [--scope "…"]${usage}
    --state-file FILE   keep client and tokens there, so that a later run needs no browser
    --token TOKEN       use this access token; nobody signs in
    --no-browser        fail if a person would be needed
    --scenario matrix   do all that a client can; the server must offer what MatrixServer does
    --scenario step-up  sign in, call generateImage, which wants a scope more, sign in for that, call again
    --client-document URL  be the client that is described there, instead of registering
    --sign-in-again     drop the stored tokens but keep the client, which comes back with another loopback port (RFC 8252 §7.3)
    --expect-image | --expect-no-image | --call-image FILE.jpg
    --refresh           first exchange the stored refresh token
    --deny              press deny on the consent page and expect access_denied
    --trace             tell every HTTP request on stderr        --timeout-seconds 90`;
}
