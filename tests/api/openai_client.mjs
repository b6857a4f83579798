/* What the official client makes of a server: one JSON object on standard output. usage: node openai_client.mjs PACKAGE URL KEY JOB
 * PACKAGE is the folder that npm installed. JOB is a JSON object: {"call", "body"}. */
import { pathToFileURL } from 'node:url';

const [, , folder, baseURL, apiKey, job] = process.argv;
const { default: OpenAI } = await import(pathToFileURL(`${folder}/index.mjs`));
const { call, body, retries = 0 } = JSON.parse(job);
const client = new OpenAI({ baseURL, apiKey, maxRetries: retries, timeout: 20000 });

const calls = {
  models: async () => {
    const found = [];
    for await (const model of client.models.list()) found.push(model);
    return found;
  },
  model: async () => await client.models.retrieve(body.model),
  chat: async () => {
    const reply = await client.chat.completions.create(body);
    return { ...reply, request: reply._request_id };
  },
  chunks: async () => {
    const chunks = [];
    for await (const chunk of await client.chat.completions.create({ ...body, stream: true })) chunks.push(chunk);
    return chunks;
  },
  /* The helper puts the chunks together again, and is strict about what they must have. */
  helper: async () => {
    const stream = client.chat.completions.stream(body);
    let text = '';
    stream.on('content', (delta) => { text += delta; });
    return { text, final: await stream.finalChatCompletion(), said: await stream.finalContent(), text_after: text };
  },
  /* Lets go after the first chunk. */
  abort: async () => {
    const stream = await client.chat.completions.create({ ...body, stream: true });
    for await (const chunk of stream) {
      stream.controller.abort();
      return chunk;
    }
    return null;
  },
  many: async () => {
    const replies = await Promise.all(Array.from({ length: body.times }, () => client.chat.completions.create(body.body)));
    return replies.map((reply) => reply.choices[0].message.content);
  },
  responses: async () => await client.responses.create(body),
};

try {
  console.log(JSON.stringify({ value: await calls[call]() }));
} catch (error) {
  const { name, status, code, type, param, message } = error;
  console.log(JSON.stringify({ error: { class: error.constructor.name, name, status, code, type, param, message } }));
}
