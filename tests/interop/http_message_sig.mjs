// npm http-message-sig: RFC 9421, with the keys of WebCrypto that it brings.
import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto';
import { target } from './messages.mjs';

const ALGORITHMS = {
  ed25519: { name: 'Ed25519' },
  'rsa-pss-sha512': { name: 'RSA-PSS', hash: 'SHA-512' },
};

const list = (fields) => fields.map(([name, value]) => ({ name, value }));

function descriptor(message) {
  const fields = list(message.headers);
  if (!message.status) {
    const { method, url: targetUri } = message;
    return { kind: 'request', method, targetUri, requestTarget: target(message), fields };
  }
  const request = message.request && descriptor(message.request);
  return { kind: 'response', status: message.status, fields, request };
}

export const adapter = ({ component, createSignature, verifySignature, webcrypto: providers }) => {
  /** `"name";key="a";req` as the library writes it. */
  const read = (text) => {
    const [, name, parameters] = /^"([^"]*)"(.*)$/.exec(text);
    const pairs = [...parameters.matchAll(/;([a-z]+)(?:="([^"]*)")?/g)];
    return component(name, Object.fromEntries(pairs.map(([, key, value]) => [key, value ?? true])));
  };

  return {
    async sign({ message, components, algorithm, key, keyId, created, expires }) {
      const der = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' });
      const imported = await webcrypto.subtle.importKey('pkcs8', der, ALGORITHMS[algorithm], false, ['sign']);
      const fields = await createSignature(descriptor(message), {
        label: 'peer',
        components: components.map(read),
        parameters: { keyid: keyId, alg: algorithm, created, ...(expires && { expires }) },
        signer: providers.signer(imported),
      });
      return [['Signature-Input', fields.signatureInput], ['Signature', fields.signature]];
    },

    async verify({ message, components, algorithm, key, keyId }) {
      const der = createPublicKey(key).export({ type: 'spki', format: 'der' });
      const imported = await webcrypto.subtle.importKey('spki', der, ALGORITHMS[algorithm], false, ['verify']);
      const verified = await verifySignature(descriptor(message), {
        policy: {
          algorithms: [algorithm],
          requiredComponents: components.map(read),
          requiredParameters: ['created', 'keyid'],
          maxAge: 300,
          clockSkew: 5,
        },
        resolveVerifier: ({ parameters }) => {
          if (parameters.keyid !== keyId) throw new Error('unknown key');
          return providers.verifier(imported);
        },
      });
      return verified.parameters.keyid === keyId;
    },
  };
};
