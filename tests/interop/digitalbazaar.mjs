// npm @digitalbazaar/http-signature-header: draft-cavage-12. It builds and reads the texts; the keys are the caller's.
import { constants, createHmac, sign, timingSafeEqual, verify } from 'node:crypto';
import { headers, joined, keyOf } from './messages.mjs';

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 };

const hmac = (question, text) => createHmac('sha512', keyOf(question)).update(text).digest();

function signed(question, text) {
  const { algorithm, key } = question;
  if (algorithm === 'hmac-sha512') return hmac(question, text);
  if (algorithm === 'ed25519') return sign(null, Buffer.from(text), key);
  return sign('sha512', Buffer.from(text), { key, ...PSS });
}

function isSigned(question, text, signature) {
  const { algorithm, key } = question;
  if (algorithm === 'hmac-sha512') {
    const expected = hmac(question, text);
    return expected.length === signature.length && timingSafeEqual(expected, signature);
  }
  if (algorithm === 'ed25519') return verify(null, Buffer.from(text), key, signature);
  return verify('sha512', Buffer.from(text), { key, ...PSS }, signature);
}

export const adapter = ({ createAuthzHeader, createSignatureString, parseRequest }) => ({
  sign(question) {
    const { message, components, keyId, created, expires } = question;
    const { method, url } = message;
    const requestOptions = { method, url, headers: headers(message, joined), created, expires };
    const text = createSignatureString({ includeHeaders: components, requestOptions });
    const signature = signed(question, text).toString('base64');
    const value = createAuthzHeader({
      algorithm: 'hs2019', includeHeaders: components, keyId, signature, created, expires,
    });
    return [['Authorization', value]];
  },

  verify(question) {
    const { message, components, keyId } = question;
    const { method, url } = message;
    const parsed = parseRequest({ method, url, headers: headers(message, joined) }, { headers: components });
    const signature = Buffer.from(parsed.params.signature, 'base64');
    return parsed.params.keyId === keyId && isSigned(question, parsed.signingString, signature);
  },
});
