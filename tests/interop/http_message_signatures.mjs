// npm http-message-signatures: RFC 9421 and draft-cavage.
import { headers, keyOf } from './messages.mjs';

const lines = (lines) => (lines.length > 1 ? lines : lines[0]);

function form(message) {
  const { method, url, status } = message;
  const fields = headers(message, lines);
  return status ? { status, headers: fields } : { method, url, headers: fields };
}

/** The drafts' pseudo-names are written with an `@` here. */
const fieldsOf = ({ scheme, components }) =>
  scheme === 'cavage' ? components.map((name) => name.replace(/^\((.*)\)$/, '@$1')) : components;

export const adapter = ({ createSigner, createVerifier, httpbis, cavage }) => ({
  async sign(question) {
    const { scheme, message, algorithm, keyId, created, expires } = question;
    const signed = await (scheme === 'cavage' ? cavage : httpbis).signMessage(
      {
        key: createSigner(keyOf(question), algorithm, keyId),
        name: 'peer',
        fields: fieldsOf(question),
        params: ['keyid', 'alg', ...(created ? ['created'] : []), ...(expires ? ['expires'] : [])],
        paramValues: {
          created: created ? new Date(created * 1000) : null,
          ...(expires && { expires: new Date(expires * 1000) }),
        },
      },
      form(message),
      message.request && form(message.request),
    );
    return ['Signature-Input', 'Signature'].flatMap((name) => {
      const value = signed.headers[name];
      return value ? [[name, value]] : [];
    });
  },

  verify(question) {
    const { scheme, message, algorithm, keyId } = question;
    const verify = createVerifier(keyOf(question), algorithm);
    return (scheme === 'cavage' ? cavage : httpbis).verifyMessage(
      {
        keyLookup: (params) => (params.keyid === keyId ? { id: keyId, algs: [algorithm], verify } : null),
        maxAge: 300,
      },
      form(message),
      message.request && form(message.request),
    );
  },
});
