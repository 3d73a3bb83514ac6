//! One iterative pass over the text, which records where each value stands.

use std::ops::Range;

use super::text::{self, Ended};
use super::{JsonError, JsonErrorKind, Kind, Limits};

/// A value on the tape. The nodes inside a container follow it; a member's name precedes its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    start: u32,
    end: u32,
    /// How many nodes the value takes, itself included. While a container is open: the container around it.
    nodes: u32,
    tag: Tag,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Tag {
    Null,
    Bool,
    Number,
    String,
    EscapedString,
    Array,
    Object,
}

impl Node {
    pub(super) const NULL: Self = Self { start: 0, end: 0, nodes: 1, tag: Tag::Null };

    pub(super) const fn kind(self) -> Kind {
        match self.tag {
            Tag::Null => Kind::Null,
            Tag::Bool => Kind::Bool,
            Tag::Number => Kind::Number,
            Tag::String | Tag::EscapedString => Kind::String,
            Tag::Array => Kind::Array,
            Tag::Object => Kind::Object,
        }
    }

    pub(super) const fn is_escaped(self) -> bool {
        matches!(self.tag, Tag::EscapedString)
    }

    pub(super) fn span(self) -> Range<usize> {
        widen(self.start)..widen(self.end)
    }

    /// What is between the quotes of a string.
    pub(super) fn inner(self) -> Range<usize> {
        widen(self.start).saturating_add(1)..widen(self.end).saturating_sub(1)
    }

    pub(super) fn nodes(self) -> usize {
        widen(self.nodes)
    }
}

/// Reads the whole of `input`: the text it is, and its tape.
pub(super) fn parse(input: &[u8], limits: Limits) -> Result<(&str, Vec<Node>), JsonError> {
    if input.len() > limits.max_bytes || u32::try_from(input.len()).is_err() {
        return Err(JsonError::new(JsonErrorKind::TooLong, limits.max_bytes));
    }
    let text = std::str::from_utf8(input)
        .map_err(|error| JsonError::new(JsonErrorKind::Utf8, error.valid_up_to()))?;
    // A member of a token's claims is rarely shorter than 16 bytes, and takes two nodes.
    let nodes = Vec::with_capacity((input.len() >> 3).saturating_add(2));
    let mut parser = Parser { text, bytes: input, at: 0, nodes, open: NONE, depth: 0, limits };
    parser.run()?;
    Ok((text, parser.nodes))
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    nodes: Vec<Node>,
    /// The innermost container that has not ended, as an index of `nodes`.
    open: u32,
    depth: usize,
    limits: Limits,
}

/// No container is open: the value is the outermost.
const NONE: u32 = u32::MAX;

impl Parser<'_> {
    fn run(&mut self) -> Result<(), JsonError> {
        self.skip_blanks();
        loop {
            if self.value()? == Begun::Container {
                continue;
            }
            if !self.after_value()? {
                return Ok(());
            }
        }
    }

    /// Reads a value, or the beginning of a container up to where its first value is due.
    fn value(&mut self) -> Result<Begun, JsonError> {
        let start = self.at;
        match self.peek() {
            Some(b'"') => self.string()?,
            Some(b'{') => return self.begin(Tag::Object, b'}'),
            Some(b'[') => return self.begin(Tag::Array, b']'),
            Some(b'-' | b'0'..=b'9') => {
                let length = text::number(self.rest()).map_err(|at| {
                    JsonError::new(JsonErrorKind::Number, start.saturating_add(at))
                })?;
                self.bump(length);
                self.push(Tag::Number, start);
            }
            Some(b't') => self.literal("true", Tag::Bool)?,
            Some(b'f') => self.literal("false", Tag::Bool)?,
            Some(b'n') => self.literal("null", Tag::Null)?,
            _ => return Err(self.unexpected()),
        }
        Ok(Begun::Nothing)
    }

    fn begin(&mut self, tag: Tag, end: u8) -> Result<Begun, JsonError> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > self.limits.max_depth {
            return Err(self.error(JsonErrorKind::TooDeep));
        }
        let index = narrow(self.nodes.len());
        let start = self.at;
        self.bump(1);
        self.push(tag, start);
        if let Some(node) = self.nodes.last_mut() {
            node.nodes = std::mem::replace(&mut self.open, index);
        }
        self.skip_blanks();
        if self.peek() == Some(end) {
            self.bump(1);
            self.close()?;
            return Ok(Begun::Nothing);
        }
        if tag == Tag::Object {
            self.name()?;
        }
        Ok(Begun::Container)
    }

    /// Goes on behind a value: closes what ends there. False where the outermost value has ended.
    fn after_value(&mut self) -> Result<bool, JsonError> {
        loop {
            self.skip_blanks();
            let Some(container) = self.nodes.get(widen(self.open)) else {
                return if self.at == self.bytes.len() {
                    Ok(false)
                } else {
                    Err(self.error(JsonErrorKind::TrailingBytes))
                };
            };
            match (container.tag, self.peek()) {
                (tag, Some(b',')) => {
                    self.bump(1);
                    self.skip_blanks();
                    if tag == Tag::Object {
                        self.name()?;
                    }
                    return Ok(true);
                }
                (Tag::Object, Some(b'}')) | (Tag::Array, Some(b']')) => {
                    self.bump(1);
                    self.close()?;
                }
                _ => return Err(self.unexpected()),
            }
        }
    }

    /// Reads a member's name and the colon behind it.
    fn name(&mut self) -> Result<(), JsonError> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected());
        }
        self.string()?;
        self.skip_blanks();
        if self.peek() != Some(b':') {
            return Err(self.unexpected());
        }
        self.bump(1);
        self.skip_blanks();
        Ok(())
    }

    fn string(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        self.bump(1);
        let mut tag = Tag::String;
        loop {
            let (length, ended) = text::plain(self.rest());
            self.bump(length);
            match ended {
                Ended::Quote => {
                    self.bump(1);
                    self.push(tag, start);
                    return Ok(());
                }
                Ended::Backslash => {
                    tag = Tag::EscapedString;
                    let (_, length) = text::escape(self.rest()).map_err(|kind| self.error(kind))?;
                    self.bump(length);
                }
                Ended::Control => return Err(self.error(JsonErrorKind::Escape)),
                Ended::Input => return Err(self.error(JsonErrorKind::UnexpectedEnd)),
            }
        }
    }

    fn literal(&mut self, word: &str, tag: Tag) -> Result<(), JsonError> {
        if !self.rest().starts_with(word.as_bytes()) {
            return Err(self.unexpected());
        }
        let start = self.at;
        self.bump(word.len());
        self.push(tag, start);
        Ok(())
    }

    /// Ends the innermost container, which must not name a member twice.
    fn close(&mut self) -> Result<(), JsonError> {
        let (index, end, len) = (widen(self.open), narrow(self.at), self.nodes.len());
        let Some(node) = self.nodes.get_mut(index) else { return Ok(()) };
        self.open = std::mem::replace(&mut node.nodes, narrow(len.saturating_sub(index)));
        node.end = end;
        self.depth = self.depth.saturating_sub(1);
        match node.tag {
            Tag::Object => self.refuse_duplicates(index),
            _ => Ok(()),
        }
    }

    fn refuse_duplicates(&self, object: usize) -> Result<(), JsonError> {
        let inside = self.nodes.get(object.saturating_add(1)..).unwrap_or_default();
        let repeated = text::repeated_name(self.text, Names { nodes: inside });
        repeated.map_or(Ok(()), |start| Err(JsonError::new(JsonErrorKind::DuplicateMember, start)))
    }

    fn push(&mut self, tag: Tag, start: usize) {
        self.nodes.push(Node { start: narrow(start), end: narrow(self.at), nodes: 1, tag });
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.bump(1);
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn bump(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    fn unexpected(&self) -> JsonError {
        let at_end = self.at >= self.bytes.len();
        self.error(if at_end {
            JsonErrorKind::UnexpectedEnd
        } else {
            JsonErrorKind::UnexpectedByte
        })
    }

    fn error(&self, kind: JsonErrorKind) -> JsonError {
        JsonError::new(kind, self.at)
    }
}

/// What [`Parser::value`] left unfinished.
#[derive(Eq, PartialEq)]
enum Begun {
    Nothing,
    Container,
}

/// The names of an object's members, out of the nodes inside it.
#[derive(Clone)]
pub(super) struct Names<'d> {
    nodes: &'d [Node],
}

impl Iterator for Names<'_> {
    type Item = Node;

    fn next(&mut self) -> Option<Node> {
        let (name, rest) = self.nodes.split_first()?;
        let value = rest.first()?;
        self.nodes = rest.get(value.nodes()..).unwrap_or_default();
        Some(*name)
    }
}

/// Offsets fit: [`parse`] refuses inputs whose length does not.
fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

fn widen(offset: u32) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}
