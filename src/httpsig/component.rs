//! Components of a message that a signature can cover, by their full identity.

use super::scheme::{Dialect, Pseudo};
use super::text::is_lower_case_token;
use super::{ComponentFault, DigestField, canonical};
use crate::structured::{Item, Limits};

/// One part of a message that a signature covers (RFC 9421 §2).
///
/// Two are equal when name and parameters are, in whatever order the parameters stand: the `;req` of a field is
/// never the field itself. What contradicts itself, such as `;bs` with `;sf`, cannot be said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Component<S> {
    pub(super) part: Part<S>,
    /// `;req`: it is taken from the request that the response answers (RFC 9421 §2.4).
    pub(super) of_request: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Part<S> {
    /// `@method` (RFC 9421 §2.2.1).
    Method,
    /// `@target-uri` (§2.2.2).
    TargetUri,
    /// `@authority` (§2.2.3).
    Authority,
    /// `@scheme` (§2.2.4).
    Scheme,
    /// `@request-target` (§2.2.5).
    RequestTarget,
    /// `@path` (§2.2.6).
    Path,
    /// `@query` (§2.2.7).
    Query,
    /// `@query-param` with this re-encoded name (§2.2.8).
    QueryParam(S),
    /// `@status` (§2.2.9).
    Status,
    /// A header or trailer field (§2.1).
    Field(Field<S>),
    /// What the drafts and the gateways have instead of derived components.
    Pseudo(Pseudo),
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Field<S> {
    pub(super) name: S,
    /// `;tr` (§2.1.4).
    pub(super) in_trailers: bool,
    pub(super) form: FieldForm<S>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum FieldForm<S> {
    /// Its lines, joined.
    Joined,
    /// `;sf`: read as the structured field it is, and written strictly (§2.1.1).
    Strict,
    /// `;key`: one member of a Dictionary (§2.1.2), perhaps with a needless `;sf`.
    Member { key: S, strict: bool },
    /// `;bs`: each line as a Byte Sequence (§2.1.3).
    Bytes,
}

impl<S> Component<S> {
    /// The same component with its texts in another form.
    pub(super) fn map<'s, T>(&'s self, text: impl Fn(&'s S) -> T) -> Component<T> {
        let part = match &self.part {
            Part::Method => Part::Method,
            Part::TargetUri => Part::TargetUri,
            Part::Authority => Part::Authority,
            Part::Scheme => Part::Scheme,
            Part::RequestTarget => Part::RequestTarget,
            Part::Path => Part::Path,
            Part::Query => Part::Query,
            Part::QueryParam(name) => Part::QueryParam(text(name)),
            Part::Status => Part::Status,
            Part::Pseudo(pseudo) => Part::Pseudo(*pseudo),
            Part::Field(field) => Part::Field(Field {
                name: text(&field.name),
                in_trailers: field.in_trailers,
                form: match &field.form {
                    FieldForm::Joined => FieldForm::Joined,
                    FieldForm::Strict => FieldForm::Strict,
                    FieldForm::Bytes => FieldForm::Bytes,
                    FieldForm::Member { key, strict } => {
                        FieldForm::Member { key: text(key), strict: *strict }
                    }
                },
            }),
        };
        Component { part, of_request: self.of_request }
    }

    /// The field it is, in whatever form, if it is one.
    pub(super) const fn field(&self) -> Option<&Field<S>> {
        match &self.part {
            Part::Field(field) => Some(field),
            _ => None,
        }
    }
}

impl<'a> Component<&'a str> {
    const fn plain(part: Part<&'a str>) -> Self {
        Self { part, of_request: false }
    }

    /// The field of this name, its lines joined.
    pub(super) const fn of_field(name: &'a str) -> Self {
        Self::plain(Part::Field(Field { name, in_trailers: false, form: FieldForm::Joined }))
    }

    /// A component of the drafts, under the names that a dialect has.
    pub(super) fn of_dialect(name: &'a str, dialect: &Dialect) -> Result<Self, ComponentFault> {
        if let Some(pseudo) = dialect.pseudo(name) {
            return Ok(Self::plain(Part::Pseudo(pseudo)));
        }
        match name.as_bytes() {
            [b'(' | b'@', ..] => Err(ComponentFault::Unknown),
            _ if is_lower_case_token(name) => Ok(Self::of_field(name)),
            _ => Err(ComponentFault::Malformed),
        }
    }

    /// A component of RFC 9421 §2, by the canonical text of its identifier.
    pub(super) fn of_identifier(text: &'a str) -> Result<Self, ComponentFault> {
        let (name, parameters) = text
            .strip_prefix('"')
            .and_then(|text| text.split_once('"'))
            .ok_or(ComponentFault::Malformed)?;
        let parameters = Parameters::read(parameters)?;
        let part = match name.strip_prefix('@') {
            Some(name) => derived(name, &parameters)?,
            None if is_lower_case_token(name) => Part::Field(field(name, &parameters)?),
            None => return Err(ComponentFault::Malformed),
        };
        Ok(Self { part, of_request: parameters.req })
    }

    /// Whether it can be had of a message: request parts only of requests or through `;req`, the status only of
    /// responses.
    pub(super) fn check_applies(&self, to: MessageKind) -> Result<(), ComponentFault> {
        let own = match self.part {
            Part::Status => Some(MessageKind::Response),
            Part::Field(_) | Part::Pseudo(Pseudo::Created | Pseudo::Expires) => None,
            _ => Some(MessageKind::Request),
        };
        let applies = match (to, self.of_request) {
            (MessageKind::Request, true) => false,
            (MessageKind::Response, true) => own != Some(MessageKind::Response),
            (kind, false) => own.is_none_or(|own| own == kind),
        };
        if applies { Ok(()) } else { Err(ComponentFault::Inapplicable) }
    }
}

/// The kind of message that a policy is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum MessageKind {
    Request,
    Response,
}

/// The parameters of a component identifier.
#[derive(Default)]
struct Parameters<'a> {
    sf: bool,
    bs: bool,
    tr: bool,
    req: bool,
    key: Option<&'a str>,
    name: Option<&'a str>,
}

impl<'a> Parameters<'a> {
    fn read(text: &'a str) -> Result<Self, ComponentFault> {
        let mut found = Self::default();
        for (name, value) in canonical::Parameters::of(text) {
            match (name, value) {
                ("sf", "") => found.sf = true,
                ("bs", "") => found.bs = true,
                ("tr", "") => found.tr = true,
                ("req", "") => found.req = true,
                ("key", value) => found.key = Some(unescaped(value)?),
                ("name", value) => found.name = Some(unescaped(value)?),
                _ => return Err(ComponentFault::Parameter),
            }
        }
        Ok(found)
    }

    const fn of_fields(&self) -> bool {
        self.sf || self.bs || self.tr || self.key.is_some()
    }
}

/// The text of a String. Neither keys of a Dictionary nor encoded names have anything to escape.
fn unescaped(value: &str) -> Result<&str, ComponentFault> {
    let text = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    text.filter(|text| !text.contains('\\')).ok_or(ComponentFault::Parameter)
}

/// A derived component by its name without the `@` (RFC 9421 §2.2).
fn derived<'a>(name: &str, parameters: &Parameters<'a>) -> Result<Part<&'a str>, ComponentFault> {
    let part = match name {
        "method" => Part::Method,
        "target-uri" => Part::TargetUri,
        "authority" => Part::Authority,
        "scheme" => Part::Scheme,
        "request-target" => Part::RequestTarget,
        "path" => Part::Path,
        "query" => Part::Query,
        "query-param" => Part::QueryParam(parameters.name.ok_or(ComponentFault::Parameter)?),
        "status" => Part::Status,
        // RFC 9421 §2.3: `@signature-params` is always the last line and never listed.
        _ => return Err(ComponentFault::Unknown),
    };
    let misplaced = parameters.name.is_some() && !matches!(part, Part::QueryParam(_));
    if misplaced || parameters.of_fields() { Err(ComponentFault::Parameter) } else { Ok(part) }
}

fn field<'a>(name: &'a str, parameters: &Parameters<'a>) -> Result<Field<&'a str>, ComponentFault> {
    let form = match (parameters.sf, parameters.key, parameters.bs) {
        (false, None, false) => FieldForm::Joined,
        (true, None, false) => FieldForm::Strict,
        (strict, Some(key), false) => FieldForm::Member { key, strict },
        (false, None, true) => FieldForm::Bytes,
        _ => return Err(ComponentFault::Parameter),
    };
    match parameters.name {
        Some(_) => Err(ComponentFault::Parameter),
        None => Ok(Field { name, in_trailers: parameters.tr, form }),
    }
}

/// A component that a policy names, with its text as it is written into a signature. Two are equal where the components
/// are, in whatever order their parameters are written.
#[derive(Clone, Debug)]
pub(super) struct ComponentId {
    text: Box<str>,
    component: Component<Box<str>>,
}

impl PartialEq for ComponentId {
    fn eq(&self, other: &Self) -> bool {
        self.component == other.component
    }
}

impl ComponentId {
    /// Reads an identifier of RFC 9421: `"content-digest";req`, or without the quotes `content-digest;req`.
    pub(super) fn parse(text: &str) -> Result<Self, ComponentFault> {
        let quoted = quoted(text);
        let item = Item::parse(&quoted, &Limits::DEFAULT).map_err(|_| ComponentFault::Malformed)?;
        item.refuse_duplicates().map_err(|_| ComponentFault::Parameter)?;
        let mut text = String::with_capacity(quoted.len());
        item.write_onto(&mut text);
        let component = Component::of_identifier(&text)?.map(|text| Box::from(*text));
        Ok(Self { text: text.into(), component })
    }

    /// Reads a name of the drafts.
    pub(super) fn parse_for(dialect: &Dialect, text: &str) -> Result<Self, ComponentFault> {
        let component = Component::of_dialect(text, dialect)?.map(|text| Box::from(*text));
        Ok(Self { text: text.into(), component })
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The field with digests of the body that it is.
    pub(super) fn digest(&self) -> Option<DigestField> {
        DigestField::of(&self.component)
    }

    pub(super) fn component(&self) -> Component<&str> {
        self.component.map(|text| &**text)
    }
}

fn quoted(text: &str) -> String {
    if text.starts_with('"') {
        return text.to_owned();
    }
    let (name, parameters) =
        text.split_at_checked(text.find(';').unwrap_or(text.len())).unwrap_or((text, ""));
    format!("\"{name}\"{parameters}")
}
