// Speaks for one library: `node peer.mjs FOLDER PACKAGE`, where FOLDER has its `node_modules`.
//
// Each line of stdin is a question, {"op": "sign" | "verify", "scheme", "message", "components", "algorithm", "key", "keyId",
// "created", "expires", "carrier"}; each line of stdout its answer: {"fields"}, {"verified"} or {"error"}.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const ADAPTERS = {
  '@digitalbazaar/http-signature-header': './digitalbazaar.mjs',
  '@peertube/http-signature': './http_signature.mjs',
  'http-message-sig': './http_message_sig.mjs',
  'http-message-signatures': './http_message_signatures.mjs',
  'http-signature': './http_signature.mjs',
};

const [folder, name] = process.argv.slice(2);
const path = createRequire(join(folder, 'node_modules', 'any.js')).resolve(name);
const library = await import(pathToFileURL(path));
const { adapter } = await import(ADAPTERS[name]);
const peer = adapter(library.default ?? library);

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  let answer;
  try {
    answer = question.op === 'sign'
      ? { fields: await peer.sign(question) }
      : { verified: (await peer.verify(question)) === true };
  } catch (error) {
    answer = { error: `${error.name}: ${error.message}` };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
