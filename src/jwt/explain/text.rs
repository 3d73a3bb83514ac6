//! The words of a report, in English and Vietnamese.

use std::fmt::Write as _;

use super::{Check, Outcome, Report};
use crate::jwt::JwtError;

/// The language of a report.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Vietnamese.
    Vietnamese,
}

pub(super) fn report(report: &Report, language: Language) -> String {
    let mut text = String::new();
    for line in report.lines() {
        let (mark, title) = (language.mark(&line.outcome), line.check.title(language));
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{mark}  {title}");
        if line.outcome != Outcome::NotReached {
            let [expected, found] = language.pick(["expected", "found"], ["cần", "có"]);
            let _ = write!(text, ": {expected} {}; {found} {}", line.expected, line.found);
        }
        text.push('\n');
        if let Outcome::Fail(error) = &line.outcome {
            let _ = writeln!(text, "      {}: {}", error.code(), error.advice(language));
        }
    }
    let _ = writeln!(text, "{}", verdict(report, language));
    text
}

fn verdict(report: &Report, language: Language) -> String {
    let now = report.now.to_rfc3339();
    match report.error() {
        None => language.pick(format!("accepted at {now}"), format!("chấp nhận lúc {now}")),
        Some(error) => {
            let retry = match error.can_retry() {
                true => {
                    language.pick("the same token may pass later", "token này có thể hợp lệ sau")
                }
                false => language
                    .pick("the same token will not pass later", "token này sẽ không hợp lệ về sau"),
            };
            let code = error.code();
            language.pick(
                format!("refused at {now}: {code}; {retry}"),
                format!("từ chối lúc {now}: {code}; {retry}"),
            )
        }
    }
}

impl Language {
    fn pick<T>(self, english: T, vietnamese: T) -> T {
        match self {
            Self::English => english,
            Self::Vietnamese => vietnamese,
        }
    }

    fn mark(self, outcome: &Outcome) -> &'static str {
        match outcome {
            Outcome::Pass => self.pick("pass", "đạt "),
            Outcome::Fail(_) => self.pick("FAIL", "SAI "),
            Outcome::NotReached => self.pick("  - ", "  - "),
        }
    }
}

impl Check {
    /// The check's name for people.
    #[must_use]
    pub fn title(self, language: Language) -> &'static str {
        let (english, vietnamese) = match self {
            Self::Form => ("form", "định dạng"),
            Self::Algorithm => ("algorithm", "thuật toán"),
            Self::Key => ("key", "khóa"),
            Self::Signature => ("signature", "chữ ký"),
            Self::Claims => ("claims", "nội dung"),
            Self::TokenType => ("token type (typ)", "loại token (typ)"),
            Self::Expiry => ("expiry (exp)", "hết hạn (exp)"),
            Self::NotBefore => ("not before (nbf)", "hiệu lực từ (nbf)"),
            Self::IssuedAt => ("issued at (iat)", "phát hành lúc (iat)"),
            Self::Lifetime => ("lifetime", "thời hạn"),
            Self::Issuer => ("issuer (iss)", "bên phát hành (iss)"),
            Self::Audience => ("audience (aud)", "bên nhận (aud)"),
            Self::Parties => ("parties (azp, client_id)", "các bên (azp, client_id)"),
            Self::Owner => ("key owner", "chủ khóa"),
            Self::RequiredClaims => ("required claims", "claim bắt buộc"),
            Self::TokenId => ("token id (jti)", "mã token (jti)"),
            Self::Scope => ("scope", "phạm vi (scope)"),
        };
        language.pick(english, vietnamese)
    }
}

impl JwtError {
    /// Whether presenting the very same token again can succeed, perhaps after keys were reloaded.
    #[must_use]
    pub const fn can_retry(&self) -> bool {
        matches!(self, Self::KeyUnknown) || self.class().can_retry()
    }

    /// What happened and who can mend it, in one sentence for a support desk.
    #[must_use]
    pub fn advice(&self, language: Language) -> &'static str {
        let (english, vietnamese) = advice(self);
        language.pick(english, vietnamese)
    }
}

fn advice(error: &JwtError) -> (&'static str, &'static str) {
    match error {
        JwtError::TooLong { .. } | JwtError::HeaderTooLong { .. } => (
            "the token is longer than is accepted; the issuer should send fewer claims",
            "token dài hơn mức cho phép; bên phát hành cần giảm số claim",
        ),
        JwtError::NotCompact => (
            "this is not a token; it may have been cut or joined on the way",
            "đây không phải token; có thể đã bị cắt hoặc ghép khi truyền",
        ),
        JwtError::JsonSerialization => (
            "the issuer sends the JSON form; it must send the compact form",
            "bên phát hành gửi dạng JSON; cần gửi dạng compact",
        ),
        JwtError::Encrypted => (
            "the token is encrypted; the issuer must send a signed one",
            "token đã mã hóa; bên phát hành cần gửi token có chữ ký",
        ),
        JwtError::Encoding { .. } => (
            "a part is not base64url; it was changed on the way or made by a faulty encoder",
            "một phần không phải base64url; đã bị thay đổi khi truyền hoặc mã hóa sai",
        ),
        JwtError::HeaderJson(_) | JwtError::HeaderType { .. } | JwtError::KeyIdMalformed => (
            "the header is malformed; the issuer must mend its signer",
            "header sai định dạng; bên phát hành cần sửa bộ ký",
        ),
        JwtError::HeaderForbidden { .. } | JwtError::CriticalUnknown => (
            "the header asks for processing that is never done here",
            "header yêu cầu xử lý không được hỗ trợ",
        ),
        JwtError::AlgorithmMissing | JwtError::AlgorithmNone => (
            "the token is unsigned; treat it as an attack unless the issuer says otherwise",
            "token không có chữ ký; hãy coi là tấn công nếu bên phát hành không xác nhận",
        ),
        JwtError::UnencodedPayload | JwtError::Nested => {
            ("the token is of a form that is not accepted", "token thuộc dạng không được chấp nhận")
        }
        JwtError::AlgorithmUnknown | JwtError::AlgorithmNotAllowed { .. } => (
            "the issuer signs with an algorithm this service does not allow",
            "bên phát hành ký bằng thuật toán không được phép",
        ),
        JwtError::AlgorithmNotForKey { .. } => (
            "the key and the algorithm do not belong together; ask the issuer about both",
            "khóa và thuật toán không khớp; hỏi bên phát hành về cả hai",
        ),
        JwtError::KeyIdMissing => (
            "the issuer must name its key in the header (kid)",
            "bên phát hành cần ghi mã khóa trong header (kid)",
        ),
        JwtError::KeyUnknown => (
            "no key of this id is known; the issuer may have rotated keys, so reload and look again",
            "không có khóa với mã này; bên phát hành có thể đã đổi khóa, hãy tải lại rồi thử",
        ),
        JwtError::KeyAmbiguous { .. } => (
            "too many keys fit; the issuer must give each key an id of its own",
            "quá nhiều khóa phù hợp; bên phát hành cần đặt mã riêng cho từng khóa",
        ),
        JwtError::SignatureInvalid => (
            "not signed by this key: forged, changed on the way, or signed with another key under the same id",
            "không phải chữ ký của khóa này: giả mạo, bị thay đổi khi truyền, hoặc ký bằng khóa khác cùng mã",
        ),
        JwtError::ClaimsJson(_)
        | JwtError::ClaimsType(_)
        | JwtError::ClaimType { .. }
        | JwtError::ClaimRange { .. } => (
            "genuine, but a claim is malformed; the issuer must mend its claims",
            "chữ ký đúng nhưng claim sai định dạng; bên phát hành cần sửa claim",
        ),
        JwtError::ClaimMissing { .. } => (
            "genuine, but a required claim is missing; the issuer must add it",
            "chữ ký đúng nhưng thiếu claim bắt buộc; bên phát hành cần bổ sung",
        ),
        JwtError::Expired { .. } | JwtError::TooOld { .. } => (
            "genuine, but its time is over; a new token is needed, or a clock is wrong",
            "chữ ký đúng nhưng đã hết hạn; cần token mới, hoặc đồng hồ bị lệch",
        ),
        JwtError::NotYetValid { .. } | JwtError::IssuedInFuture { .. } => (
            "genuine, but from the future; one of the two clocks is wrong",
            "chữ ký đúng nhưng thời gian ở tương lai; một trong hai đồng hồ bị lệch",
        ),
        JwtError::LifetimeTooLong { .. } => (
            "genuine, but valid for longer than agreed; the issuer must shorten it (seconds, not milliseconds)",
            "chữ ký đúng nhưng thời hạn dài hơn thỏa thuận; bên phát hành cần rút ngắn (giây, không phải mili giây)",
        ),
        JwtError::IssuerMismatch => (
            "genuine, but of another issuer than agreed; compare the texts byte for byte",
            "chữ ký đúng nhưng khác bên phát hành đã thỏa thuận; so sánh từng ký tự",
        ),
        JwtError::AudienceMismatch | JwtError::AudienceNotSole => {
            ("genuine, but meant for another service", "chữ ký đúng nhưng dành cho dịch vụ khác")
        }
        JwtError::TypeMismatch => (
            "genuine, but another kind of token than this service takes",
            "chữ ký đúng nhưng là loại token khác",
        ),
        JwtError::ClaimMismatch { .. }
        | JwtError::PartyMismatch { .. }
        | JwtError::OwnerMismatch => (
            "genuine, but for or from another party than agreed",
            "chữ ký đúng nhưng thuộc bên khác với thỏa thuận",
        ),
        JwtError::ScopeMissing => (
            "genuine, but it does not allow this action; the issuer must grant the scope",
            "chữ ký đúng nhưng không cho phép thao tác này; bên phát hành cần cấp scope",
        ),
        JwtError::Key(_) | JwtError::ClaimsNotAnObject => (
            "the token could not be made; look at the signer's configuration",
            "không tạo được token; kiểm tra cấu hình bộ ký",
        ),
    }
}
