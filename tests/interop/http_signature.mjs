// npm http-signature, and @peertube/http-signature which was made of it: draft-cavage.
import { headers, joined, keyOf, target } from './messages.mjs';

/** As much of `http.ClientRequest` as the library uses. */
function clientRequest(message) {
  const fields = headers(message, joined);
  return {
    method: message.method,
    path: target(message),
    getHeader: (name) => fields[name.toLowerCase()],
    setHeader: (name, value) => { fields[name.toLowerCase()] = value; },
  };
}

export const adapter = ({ sign, parseRequest, verifySignature, verifyHMAC }) => ({
  sign(question) {
    const { message, components, algorithm, keyId, carrier } = question;
    const request = clientRequest(message);
    // It takes `created` from its clock; `hs2019` hides what the key says (PeerTube's alone).
    sign(request, {
      key: keyOf(question),
      keyId,
      headers: components,
      authorizationHeaderName: carrier,
      strict: true,
      ...(algorithm === 'hs2019' ? { hideAlgorithm: true } : { algorithm }),
    });
    return [[carrier, request.getHeader(carrier)]];
  },

  verify(question) {
    const { message, components, algorithm, keyId, carrier } = question;
    const request = { method: message.method, url: target(message), headers: headers(message, joined), httpVersion: '1.1' };
    const parsed = parseRequest(request, {
      authorizationHeaderName: carrier.toLowerCase(),
      headers: components,
      strict: true,
    });
    const verify = algorithm.startsWith('hmac') ? verifyHMAC : verifySignature;
    return parsed.keyId === keyId && verify(parsed, keyOf(question));
  },
});
