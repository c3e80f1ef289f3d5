// All that a client can do with a server, once each; what the server answers is to have in it what this client alone knows. Both SDKs
// come here, and hand in where they differ:
//   answer(client, method, handler)  what the server asks        hear(client, method, handler)  what the server tells
//   call(client, params, options) → result of tools/call         watch(client, uri)             to be told when the resource changes
import { randomUUID } from 'node:crypto';
import { closeAtEnd, fail, until } from './script.mjs';

/** What a client must declare for this. */
export const MATRIX_CAPABILITIES = { elicitation: { form: {} }, sampling: {}, roots: { listChanged: true } };

const STATELESS = '2026-07-28';
const LOG_LEVEL = 'io.modelcontextprotocol/logLevel';
const PATIENCE_SECONDS = 30;
const TELL_MILLIS = 200;

export async function useEverything(library, { client, protocolVersion, close }) {
  closeAtEnd(close);
  const me = randomUUID();
  answerAs(me, library, client);
  const call = (name, args = {}, options) => library.call(client, { name, arguments: args }, options);
  return {
    me,
    protocolVersion: protocolVersion(),
    server: client.getServerVersion() ?? null,
    tools: (await client.listTools()).tools.map(tool => tool.name),
    add: text(await call('add', { a: 2, b: 3 })),
    who: text(await call('who')),
    counted: await count(library, client, protocolVersion()),
    cancelled: await cancel(call, me),
    greeted: text(await call('greet')),
    summary: text(await call('summarize')),
    folders: text(await call('folders')),
    prompt: (await client.getPrompt({ name: 'review', arguments: { language: 'Java' } })).messages[0].content.text,
    completed: (await client.complete({ ref: { type: 'ref/prompt', name: 'review' }, argument: { name: 'language', value: 'Ko' } })).completion.values,
    note: await watch(library, client, call, me),
    unknown: await refusal(call('noSuchTool')),
  };
}

function answerAs(me, library, client) {
  library.answer(client, 'elicitation/create', () => ({ action: 'accept', content: { name: me } }));
  library.answer(client, 'sampling/createMessage', ({ params }) => ({
    role: 'assistant',
    model: 'none',
    content: { type: 'text', text: `${me} read ${params.messages[0].content.text}` },
  }));
  library.answer(client, 'roots/list', () => ({ roots: [{ uri: `file:///${me}` }] }));
}

/** @returns what came before the result: how far the tool was, as it came and as the SDK passed it on, and what was logged */
async function count(library, client, revision) {
  const arrived = progressArriving(client.transport);
  const steps = [];
  const logged = [];
  library.hear(client, 'notifications/message', ({ params }) => void logged.push(params.data));
  // Who wants logs says so for the session, or where there is none with each request.
  const meta = revision === STATELESS ? { _meta: { [LOG_LEVEL]: 'info' } } : {};
  if (revision !== STATELESS) await client.setLoggingLevel('info');
  const result = await library.call(client, { name: 'count', arguments: {}, ...meta }, { onprogress: ({ progress }) => void steps.push(progress) });
  return { arrived: [...arrived], steps, logged, text: text(result) };
}

function progressArriving(transport) {
  const arrived = [];
  const deliver = transport.onmessage;
  transport.onmessage = (message, ...rest) => {
    if (message.method === 'notifications/progress') arrived.push(message.params.progress);
    return deliver.call(transport, message, ...rest);
  };
  return arrived;
}

/** Gives up a call once it runs, and asks the server whether it noticed. */
async function cancel(call, key) {
  const giveUp = new AbortController();
  const failure = await call('wait', { key }, { signal: giveUp.signal, onprogress: () => giveUp.abort('enough') }).then(
    result => fail(`a call that was given up came to its end: ${JSON.stringify(result)}`),
    reason => reason,
  );
  if (!giveUp.signal.aborted) throw failure;
  return text(await call('cancelled', { key }));
}

/** Has a resource changed until that is told. The stream for it is opened behind our back: the first change may come before it. */
async function watch(library, client, call, me) {
  const uri = `note://${me}`;
  const heard = [];
  library.hear(client, 'notifications/resources/updated', ({ params }) => void heard.push(params.uri));
  const watching = await library.watch(client, uri);
  await until('news of the resource', PATIENCE_SECONDS, async () => {
    await call('write', { key: me });
    await new Promise(resolve => setTimeout(resolve, TELL_MILLIS));
    return heard.length > 0;
  });
  await watching?.close?.();
  const { contents } = await client.readResource({ uri });
  return { heard: [...new Set(heard)], uri, wasWritten: Number(contents[0].text) > 0 };
}

async function refusal(calling) {
  try {
    return { isError: (await calling).isError === true };
  } catch (failure) {
    return { code: failure.code ?? null };
  }
}

function text(result) {
  return result.content.filter(block => block.type === 'text').map(block => block.text).join('\n');
}
