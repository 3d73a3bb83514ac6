//! The document's table of errors as data (S1-32 … S1-36, S1-C6, S1-C7).

use crate::class::{AnswerProfile, Class, PublicAnswer};

const INVALID_JWT: PublicAnswer = PublicAnswer::new(400, "INVALID_JWT");
const JWT_SIGNATURE_FAIL: PublicAnswer = PublicAnswer::new(401, "JWT_SIGNATURE_FAIL");
const TOKEN_EXPIRED: PublicAnswer = PublicAnswer::new(403, "TOKEN_EXPIRED");
const DUPLICATE_ORDER: PublicAnswer = PublicAnswer::new(409, "DUPLICATE_ORDER");
const PARTNER_INTERNAL_ERROR: PublicAnswer = PublicAnswer::new(500, "PARTNER_INTERNAL_ERROR");
/// Not of the document: an unknown route is the host's own answer, and this is what it would be.
const NOT_FOUND: PublicAnswer = PublicAnswer::new(404, "NOT_FOUND");

const ROUTE: (&str, PublicAnswer) = ("bank_sso.route_unknown", NOT_FOUND);

/// The document's codes only.
pub(super) const LISTED: AnswerProfile =
    AnswerProfile::new(&[ROUTE, ("bank_sso.order_token_replayed", DUPLICATE_ORDER)], listed);

/// The document's codes, and four that it lacks.
pub(super) const EXTENDED: AnswerProfile = AnswerProfile::new(
    &[
        ROUTE,
        ("jwt.scope_missing", PublicAnswer::new(403, "INSUFFICIENT_SCOPE")),
        ("bank_sso.scope_ambiguous", PublicAnswer::new(403, "INSUFFICIENT_SCOPE")),
        ("jwks.unavailable", PublicAnswer::new(503, "KEYS_UNAVAILABLE")),
    ],
    |class| match class {
        Class::Replayed => PublicAnswer::new(401, "TOKEN_REPLAYED"),
        Class::Throttled => PublicAnswer::new(429, "RATE_LIMITED"),
        class => listed(class),
    },
);

const fn listed(class: Class) -> PublicAnswer {
    match class {
        Class::Malformed | Class::NotReady | Class::Forbidden | Class::Replayed => INVALID_JWT,
        Class::Forged => JWT_SIGNATURE_FAIL,
        Class::Expired => TOKEN_EXPIRED,
        Class::Conflict => DUPLICATE_ORDER,
        Class::Throttled | Class::Unavailable | Class::Misconfigured => PARTNER_INTERNAL_ERROR,
    }
}

/// What a code of the document's table means, in English and in the document's own Vietnamese.
#[must_use]
pub fn description(code: &str) -> (&'static str, &'static str) {
    match code {
        "INVALID_JWT" => ("A claim is missing or malformed", "Thiếu/sai định dạng claim"),
        "JWT_SIGNATURE_FAIL" => ("The signature is wrong", "Sai chữ ký"),
        "TOKEN_EXPIRED" => ("The token has expired", "Token hết hạn"),
        "DUPLICATE_ORDER" => ("The order_id was used before", "Giao dịch trùng order_id"),
        "INSUFFICIENT_SCOPE" => ("The scope does not allow this", "Scope không đủ quyền"),
        "TOKEN_REPLAYED" => ("The token was used before", "Token đã được sử dụng"),
        "RATE_LIMITED" => ("Too many requests", "Quá nhiều yêu cầu"),
        "KEYS_UNAVAILABLE" => ("The bank's keys cannot be had now", "Chưa lấy được khóa công khai"),
        "NOT_FOUND" => ("There is no such endpoint", "Không có API này"),
        _ => ("An error of the provider", "Lỗi hệ thống phía Invoice Provider"),
    }
}

/// A JSON body for an answer: the document shows none, so its shape is the host's to change.
///
/// An order that was carried out before is answered with its [first result](super::Refused::first_result), under the
/// name that the document's good answer has for it (S1-22, S1-35).
///
/// ```
/// use countersign::class::PublicAnswer;
/// use countersign::partner::bank_sso::json_body;
///
/// let forged = json_body(PublicAnswer::new(401, "JWT_SIGNATURE_FAIL"), None);
/// assert_eq!(forged, r#"{"code":"JWT_SIGNATURE_FAIL","message":"Sai chữ ký"}"#);
/// let again = json_body(PublicAnswer::new(409, "DUPLICATE_ORDER"), Some("98b2ef"));
/// assert_eq!(again, r#"{"code":"DUPLICATE_ORDER","message":"Giao dịch trùng order_id","invoice_id":"98b2ef"}"#);
/// ```
#[must_use]
pub fn json_body(answer: PublicAnswer, first_result: Option<&str>) -> String {
    let body =
        Body { code: answer.code, message: description(answer.code).1, invoice_id: first_result };
    // Three texts cannot fail to be written.
    serde_json::to_string(&body).unwrap_or_default()
}

#[derive(serde::Serialize)]
struct Body<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    invoice_id: Option<&'a str>,
}
