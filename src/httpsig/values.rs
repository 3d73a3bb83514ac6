//! The values of components, written into a signature base.

mod field;
mod query;

use std::fmt::Write as _;

use super::ComponentFault;
use super::component::{Component, Part};
use super::field_types::FieldTypes;
use super::message::{RequestView, View};
use super::scheme::Pseudo;
use super::target::Form;
use super::text::push_lower_case;

/// The moments that a signature of the drafts carries beside the message.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moments {
    pub(super) created: Option<i64>,
    pub(super) expires: Option<i64>,
}

/// Where the values of components come from.
#[derive(Clone, Copy)]
pub(super) struct Source<'v, 'm> {
    pub(super) view: &'v View<'m>,
    pub(super) types: &'v FieldTypes,
    pub(super) moments: Moments,
}

impl Source<'_, '_> {
    /// Writes the value of a component at the end of `text`.
    pub(super) fn write(
        &self,
        component: &Component<&str>,
        text: &mut String,
    ) -> Result<(), ComponentFault> {
        let request = match (self.view, component.of_request) {
            (View::Request(request), false) => Some(request),
            (View::Response(response), true) => response.request.as_ref(),
            (View::Request(_), true) => None,
            (View::Response(_), false) => return self.write_of_response(component, text),
        };
        let request = request.ok_or(ComponentFault::Inapplicable)?;
        match &component.part {
            Part::Field(field) => field::write_of_request(request, field, self.types, text),
            Part::Pseudo(pseudo) => self.write_pseudo(*pseudo, Some(request), text),
            part => request.write(part, text),
        }
    }

    fn write_of_response(
        &self,
        component: &Component<&str>,
        text: &mut String,
    ) -> Result<(), ComponentFault> {
        match (self.view, &component.part) {
            (View::Response(response), Part::Status) => {
                push(text, format_args!("{}", response.status));
                Ok(())
            }
            (view, Part::Field(field)) => {
                let lines = if field.in_trailers { view.trailers() } else { view.headers() };
                field::write(lines, field, self.types, text)
            }
            (_, Part::Pseudo(pseudo)) => self.write_pseudo(*pseudo, None, text),
            _ => Err(ComponentFault::Inapplicable),
        }
    }

    fn write_pseudo(
        &self,
        pseudo: Pseudo,
        request: Option<&RequestView<'_>>,
        text: &mut String,
    ) -> Result<(), ComponentFault> {
        let moment = match pseudo {
            Pseudo::Created => self.moments.created,
            Pseudo::Expires => self.moments.expires,
            _ => {
                let request = request.ok_or(ComponentFault::Inapplicable)?;
                return request.write_request_line(pseudo, text);
            }
        };
        push(text, format_args!("{}", moment.ok_or(ComponentFault::Missing)?));
        Ok(())
    }
}

impl RequestView<'_> {
    /// Writes a derived component of RFC 9421 §2.2.
    fn write(&self, part: &Part<&str>, text: &mut String) -> Result<(), ComponentFault> {
        match part {
            Part::Method => text.push_str(self.method),
            Part::Scheme => push_lower_case(self.scheme, text),
            Part::Authority => self.write_authority(text)?,
            Part::Path => self.write_path(text)?,
            Part::Query => self.write_query(text)?,
            Part::QueryParam(name) => query::write(self.query()?.unwrap_or(""), name, text)?,
            Part::RequestTarget => self.write_target(text)?,
            Part::TargetUri => {
                push_lower_case(self.scheme, text);
                text.push_str("://");
                self.write_authority(text)?;
                self.write_path_and_query(text)?;
            }
            Part::Status | Part::Field(_) | Part::Pseudo(_) => {
                return Err(ComponentFault::Inapplicable);
            }
        }
        Ok(())
    }

    /// Writes what the drafts and gateways have for the request line.
    fn write_request_line(&self, pseudo: Pseudo, text: &mut String) -> Result<(), ComponentFault> {
        match pseudo {
            Pseudo::Target | Pseudo::KongTarget => push_lower_case(self.method, text),
            _ => text.push_str(self.method),
        }
        text.push(' ');
        match self.target.form {
            Form::Asterisk => text.push('*'),
            _ => self.write_path_and_query(text)?,
        }
        if pseudo == Pseudo::RequestLine {
            text.push_str(" HTTP/");
            text.push_str(self.version);
        }
        Ok(())
    }

    fn write_authority(&self, text: &mut String) -> Result<(), ComponentFault> {
        let authority = self.authority.ok_or(ComponentFault::Missing)?;
        authority.write_onto(self.scheme, text);
        Ok(())
    }

    /// RFC 9421 §2.2.6: never decoded, dots never resolved, and an empty path is `/`.
    fn write_path(&self, text: &mut String) -> Result<(), ComponentFault> {
        self.require_path()?;
        text.push_str(self.path_prefix());
        text.push_str(if self.target.path.is_empty() { "/" } else { self.target.path });
        Ok(())
    }

    /// RFC 9421 §2.2.7: with its question mark, which stands there without a query too.
    fn write_query(&self, text: &mut String) -> Result<(), ComponentFault> {
        text.push('?');
        text.push_str(self.query()?.unwrap_or(""));
        Ok(())
    }

    fn write_path_and_query(&self, text: &mut String) -> Result<(), ComponentFault> {
        self.write_path(text)?;
        match self.target.query {
            Some(_) => self.write_query(text),
            None => Ok(()),
        }
    }

    /// RFC 9421 §2.2.5. What the absolute form was before a proxy changed it is not to be known.
    fn write_target(&self, text: &mut String) -> Result<(), ComponentFault> {
        match (self.origin, self.target.form) {
            (Some(_), Form::Origin) => self.write_path_and_query(text)?,
            (Some(_), Form::Absolute) => return Err(ComponentFault::Inapplicable),
            _ => text.push_str(self.target.text),
        }
        Ok(())
    }

    fn query(&self) -> Result<Option<&str>, ComponentFault> {
        self.require_path()?;
        Ok(self.target.query)
    }

    fn require_path(&self) -> Result<(), ComponentFault> {
        if self.target.has_path() { Ok(()) } else { Err(ComponentFault::Inapplicable) }
    }
}

fn push(text: &mut String, formatted: std::fmt::Arguments<'_>) {
    // Writing to a `String` cannot fail.
    let _ = text.write_fmt(formatted);
}
