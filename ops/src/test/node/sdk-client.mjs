// Proves that the official TypeScript SDK, v1 (the revisions with sessions, up to 2025-11-25), signs in by itself and calls tools:
// 401 → discovery → dynamic registration → PKCE → a person at a browser → tokens → tools/list, tools/call; refresh; denial.
import { auth, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import * as schemas from '@modelcontextprotocol/sdk/types.js';
import { fail } from './lib/script.mjs';
import { runSdkClient } from './lib/sdk-run.mjs';

// This SDK names what it handles by its schema.
const REQUESTS = {
  'elicitation/create': schemas.ElicitRequestSchema,
  'sampling/createMessage': schemas.CreateMessageRequestSchema,
  'roots/list': schemas.ListRootsRequestSchema,
};
const NOTIFICATIONS = {
  'notifications/message': schemas.LoggingMessageNotificationSchema,
  'notifications/resources/updated': schemas.ResourceUpdatedNotificationSchema,
};

let transport;

runSdkClient({
  name: 'TypeScript SDK v1',
  script: 'sdk-client.mjs',
  usage: '\n    --transport http|sse  sse is the old two-endpoint transport: give it --url …/sse',
  options: { transport: { type: 'string', default: 'http' } },

  async connect(url, signIn, { fetch, capabilities, options }) {
    const Transport = options.transport === 'sse' ? SSEClientTransport : StreamableHTTPClientTransport;
    transport = new Transport(url, { authProvider: signIn, fetch });
    const client = new Client({ name: 'portcullis-end-to-end', version: '1' }, { capabilities });
    await client.connect(transport);
    const live = transport;
    return {
      client,
      protocolVersion: () => live.protocolVersion ?? live._protocolVersion ?? null,
      async close() {
        await live.terminateSession?.();
        await client.close();
      },
    };
  },

  // This SDK takes the code alone and leaves the issuer to its user (RFC 9207 §2.4).
  async finish(url, signIn) {
    const code = signIn.callback.get('code') ?? fail(`no code came back, but error=${signIn.callback.get('error')}`);
    const issuer = signIn.discovery.authorizationServerMetadata?.issuer;
    if (signIn.callback.get('iss') !== issuer) fail(`iss came back as ${signIn.callback.get('iss')}, the metadata says ${issuer}`);
    await transport.finishAuth(code);
  },

  auth: (url, signIn, { fetch }) => auth(signIn, { serverUrl: url, fetchFn: fetch }),
  isUnauthorized: failure => failure instanceof UnauthorizedError,

  answer: (client, method, handler) => client.setRequestHandler(REQUESTS[method], handler),
  hear: (client, method, handler) => client.setNotificationHandler(NOTIFICATIONS[method], handler),
  call: (client, params, options) => client.callTool(params, undefined, options),
  watch: (client, uri) => client.subscribeResource({ uri }),
});
