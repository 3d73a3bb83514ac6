//! Keys from `tests/keys`, and tokens that were minted with them.

use std::sync::LazyLock;

use countersign::key::{Algorithm, SigningKey, VerifyingKey};
use countersign::secret::Secret;
use countersign::time::UnixTime;

/// When the minted tokens were issued, in seconds; they expire 300 s later.
pub const IAT: i64 = 1_735_180_623;

/// A minute later.
pub const NOW: UnixTime = UnixTime::from_secs(IAT + 60);

/// Who issued them.
pub const ISSUER: &str = "https://bank.example.vn";

/// For whom.
pub const AUDIENCE: &str = "invoice";

/// The keys that sign, each with an id of its own.
pub static SIGNING: LazyLock<[(Algorithm, SigningKey); 4]> = LazyLock::new(|| {
    let secret = Secret::new(*b"a secret of the fuzz harness, and of nobody else").unwrap();
    let pem = |text| SigningKey::from_pem(text).unwrap();
    [
        (Algorithm::Hs256, SigningKey::hmac(Algorithm::Hs256, &secret).unwrap().with_id("h1")),
        (Algorithm::EdDsa, pem(include_str!("../../tests/keys/ed25519.pem")).with_id("e1")),
        (Algorithm::Es256, pem(include_str!("../../tests/keys/p256.pem")).with_id("p1")),
        (Algorithm::Rs256, pem(include_str!("../../tests/keys/rsa2048.pem")).with_id("r1")),
    ]
});

/// The keys that verify.
pub static VERIFYING: LazyLock<[VerifyingKey; 4]> =
    LazyLock::new(|| SIGNING.each_ref().map(|(_, key)| key.verifying_key()));

/// One token of each key, written once: ECDSA would sign differently each time.
pub const MINTED: [&str; 4] = [
    include_str!("../seeds/token/hs256"),
    include_str!("../seeds/token/eddsa"),
    include_str!("../seeds/token/es256"),
    include_str!("../seeds/token/rs256"),
];

/// The compact token over any header and payload.
pub fn sign(key: &SigningKey, algorithm: Algorithm, header: &str, payload: &[u8]) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
    let input = format!("{}.{}", BASE64URL.encode(header), BASE64URL.encode(payload));
    let signature = key.sign(algorithm, input.as_bytes()).unwrap();
    format!("{input}.{}", BASE64URL.encode(signature))
}
