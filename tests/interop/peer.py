"""Speaks for one library: `python peer.py http-message-signatures | httpsig`. The questions are those of peer.mjs."""

import base64
import datetime
import json
import sys
from urllib.parse import urlsplit


class Fields:
    """Field lines in their order, with what the libraries ask of them."""

    def __init__(self, lines):
        self.lines = [tuple(line) for line in lines]

    def items(self):
        return list(self.lines)

    def __getitem__(self, name):
        values = [value for found, value in self.lines if found.lower() == name.lower()]
        if not values:
            raise KeyError(name)
        return ", ".join(values)

    def __setitem__(self, name, value):
        self.lines.append((name, value))

    def __iter__(self):
        return iter([name for name, _ in self.lines])

    def __contains__(self, name):
        return any(found.lower() == name.lower() for found, _ in self.lines)

    def get(self, name, default=None):
        return self[name] if name in self else default


class Message:
    """A request, or a response with `status_code` and `request`."""

    def __init__(self, message):
        self.headers = Fields(message["headers"])
        if "status" in message:
            self.status_code = message["status"]
            self.request = Message(message["request"]) if "request" in message else None
        else:
            self.method, self.url = message["method"], message["url"]


def key_of(question):
    is_secret = question["algorithm"].startswith("hmac")
    return base64.b64decode(question["key"]) if is_secret else question["key"].encode()


class HttpMessageSignatures:
    """RFC 9421."""

    def __init__(self):
        import http_message_signatures as library

        self.library = library
        self.algorithms = {
            "hmac-sha256": library.algorithms.HMAC_SHA256,
            "ed25519": library.algorithms.ED25519,
            "ecdsa-p256-sha256": library.algorithms.ECDSA_P256_SHA256,
            "ecdsa-p384-sha384": library.algorithms.ECDSA_P384_SHA384,
            "rsa-v1_5-sha256": library.algorithms.RSA_V1_5_SHA256,
            "rsa-pss-sha512": library.algorithms.RSA_PSS_SHA512,
        }

    def options(self, question):
        from http_message_signatures.resolvers import MappingKeyResolver

        keys = {question["keyId"]: key_of(question)}
        return {
            "signature_algorithm": self.algorithms[question["algorithm"]],
            "key_resolver": MappingKeyResolver(public_keys=keys, private_keys=keys),
        }

    def sign(self, question):
        message = Message(question["message"])
        before = len(message.headers.lines)
        moment = lambda name: question.get(name) and datetime.datetime.fromtimestamp(question[name], datetime.timezone.utc)
        self.library.HTTPMessageSigner(**self.options(question)).sign(
            message,
            key_id=question["keyId"],
            created=moment("created"),
            expires=moment("expires"),
            label="peer",
            covered_component_ids=tuple(question["components"]),
            use_existing_digest="content-digest" in message.headers,
        )
        return message.headers.lines[before:]

    def verify(self, question):
        self.library.HTTPMessageVerifier(**self.options(question)).verify(
            Message(question["message"]),
            require_components=tuple(question["components"]),
            max_age=datetime.timedelta(minutes=5),
            body=question["message"].get("body", "").encode(),
        )
        return True


class Httpsig:
    """draft-cavage. Its verifier takes the algorithm from the message: it signs here and does nothing else."""

    def sign(self, question):
        from httpsig.sign import HeaderSigner

        message, carrier = question["message"], question["carrier"]
        joined = {}
        for name, value in message["headers"]:
            joined[name.lower()] = joined[name.lower()] + ", " + value if name.lower() in joined else value
        signer = HeaderSigner(
            question["keyId"],
            key_of(question),
            algorithm=question["algorithm"],
            headers=question["components"],
            sign_header=carrier.lower(),
        )
        url = urlsplit(message["url"])
        path = url.path + ("?" + url.query if url.query else "")
        return [[carrier, signer.sign(joined, method=message["method"], path=path)[carrier.lower()]]]


def main():
    peer = {"http-message-signatures": HttpMessageSignatures, "httpsig": Httpsig}[sys.argv[1]]()
    for line in sys.stdin:
        question = json.loads(line)
        try:
            if question["op"] == "sign":
                answer = {"fields": peer.sign(question)}
            else:
                answer = {"verified": peer.verify(question) is True}
        except Exception as error:  # whatever a library raises is its refusal
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
