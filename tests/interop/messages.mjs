// Messages in the forms that the libraries take.

/** Fields as an object of lower-case names: lines of one name as `join` makes one value of them. */
export function headers(message, join) {
  const found = {};
  for (const [name, value] of message.headers) (found[name.toLowerCase()] ??= []).push(value);
  return Object.fromEntries(Object.entries(found).map(([name, lines]) => [name, join(lines)]));
}

/** RFC 9110 §5.3. */
export const joined = (lines) => lines.join(', ');

/** What was sent in the request line. */
export function target(message) {
  const { pathname, search } = new URL(message.url);
  return pathname + search;
}

/** A secret is sent in base64, any other key in PEM. */
export const keyOf = (question) =>
  question.algorithm.startsWith('hmac') ? Buffer.from(question.key, 'base64') : question.key;
