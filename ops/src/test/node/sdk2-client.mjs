// Proves the same as sdk-client.mjs with the official TypeScript SDK v2, which speaks 2026-07-28: no session, every request carries its
// revision. It is stricter too: it checks the issuer of metadata and of the callback, and asks for offline_access when that is offered.
import { auth, Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { runSdkClient } from './lib/sdk-run.mjs';

let transport;

runSdkClient({
  name: 'TypeScript SDK v2',
  script: 'sdk2-client.mjs',
  usage: '\n    --revision 2026-07-28|auto|legacy|…  pinned (the default), discovered, the old handshake, or that with this revision alone',
  options: { revision: { type: 'string', default: '2026-07-28' } },

  async connect(url, signIn, { fetch, capabilities, options }) {
    const { revision } = options;
    const isOld = /^202[45]-/.test(revision); // the SDK pins no revision with sessions, but can know no other
    const mode = ['auto', 'legacy'].includes(revision) ? revision : isOld ? 'legacy' : { pin: revision };
    const negotiation = { versionNegotiation: { mode }, ...(isOld ? { supportedProtocolVersions: [revision] } : {}) };
    transport = new StreamableHTTPClientTransport(url, { authProvider: signIn, fetch });
    const client = new Client({ name: 'portcullis-end-to-end', version: '2' }, { capabilities, ...negotiation });
    await client.connect(transport);
    const live = transport;
    return {
      client,
      protocolVersion: () => client.getNegotiatedProtocolVersion() ?? null,
      async close() {
        await live.terminateSession();
        await client.close();
      },
    };
  },

  // This SDK takes the whole callback and checks iss itself.
  finish: (url, signIn) => transport.finishAuth(signIn.callback),
  auth: (url, signIn, { fetch }) => auth(signIn, { serverUrl: url, fetchFn: fetch }),
  isUnauthorized: failure => failure instanceof UnauthorizedError,

  answer: (client, method, handler) => client.setRequestHandler(method, handler),
  hear: (client, method, handler) => client.setNotificationHandler(method, handler),
  call: (client, params, options) => client.callTool(params, options),
  watch: (client, uri) =>
    client.getNegotiatedProtocolVersion() === '2026-07-28'
      ? client.listen({ resourceSubscriptions: [uri] })
      : client.subscribeResource({ uri }),
});
