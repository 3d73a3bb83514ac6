//! Parsing (RFC 9651 §4.2): the structures. Values and the cursor have rooms of their own.

mod bare;
mod cursor;

use cursor::Cursor;

use super::error::{StructuredError, StructuredErrorKind};
use super::item::{BareItem, InnerList, Item, List, Member};
use super::limits::Limits;
use super::map::{Collector, Dictionary, Parameters};

impl<'a> Item<'a> {
    /// Reads a field that is an Item (RFC 9651 §4.2.3).
    ///
    /// # Errors
    /// Any [`StructuredErrorKind`] but those of lists.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::structured::{Item, Limits, StructuredErrorKind};
    ///
    /// let item = Item::parse("5; foo=bar", &Limits::DEFAULT)?;
    /// assert_eq!(item.value.as_integer(), Some(5));
    /// assert_eq!(item.parameters.get("foo").unwrap().as_token(), Some("bar"));
    ///
    /// let error = Item::parse("5 ;foo=bar", &Limits::DEFAULT).unwrap_err();
    /// assert_eq!((error.kind(), error.offset()), (StructuredErrorKind::EndExpected, 2));
    /// # Ok::<(), countersign::structured::StructuredError>(())
    /// ```
    pub fn parse(
        input: &'a (impl AsRef<[u8]> + ?Sized),
        limits: &Limits,
    ) -> Result<Self, StructuredError> {
        let mut item = Item::new(UNSAID);
        Cursor::new(input.as_ref(), limits)?.whole(|cursor| cursor.item(&mut item))?;
        Ok(item)
    }
}

impl<'a> List<'a> {
    /// Reads a field that is a List (RFC 9651 §4.2.1). An empty field is an empty List.
    ///
    /// # Errors
    /// Any [`StructuredErrorKind`].
    pub fn parse(
        input: &'a (impl AsRef<[u8]> + ?Sized),
        limits: &Limits,
    ) -> Result<Self, StructuredError> {
        let mut members = Vec::new();
        Cursor::new(input.as_ref(), limits)?.whole(|cursor| cursor.list(&mut members))?;
        Ok(List { members })
    }
}

impl<'a> Dictionary<'a> {
    /// Reads a field that is a Dictionary (RFC 9651 §4.2.2). An empty field is an empty Dictionary.
    ///
    /// # Errors
    /// Any [`StructuredErrorKind`].
    pub fn parse(
        input: &'a (impl AsRef<[u8]> + ?Sized),
        limits: &Limits,
    ) -> Result<Self, StructuredError> {
        let mut members = Collector::new();
        Cursor::new(input.as_ref(), limits)?.whole(|cursor| cursor.dictionary(&mut members))?;
        Ok(members.finish())
    }
}

/// Everything is parsed into its place: to hand values of this size from call to call through `Result`
/// takes longer than to parse them.
impl<'a> Cursor<'a> {
    /// RFC 9651 §4.2: spaces around the structure, and nothing else.
    fn whole(
        &mut self,
        structure: impl FnOnce(&mut Self) -> Result<(), StructuredError>,
    ) -> Result<(), StructuredError> {
        self.skip_spaces();
        structure(self)?;
        self.skip_spaces();
        if self.at_end() { Ok(()) } else { Err(self.error(StructuredErrorKind::EndExpected)) }
    }

    /// RFC 9651 §4.2.1.
    fn list(&mut self, members: &mut Vec<Member<'a>>) -> Result<(), StructuredError> {
        let mut more = !self.at_end();
        while more {
            self.check_members(members.len())?;
            let mut member = Member::Item(Item::new(UNSAID));
            self.member(&mut member)?;
            members.push(member);
            more = self.comma()?;
        }
        Ok(())
    }

    /// RFC 9651 §4.2.2.
    fn dictionary(
        &mut self,
        members: &mut Collector<'a, Member<'a>>,
    ) -> Result<(), StructuredError> {
        let mut more = !self.at_end();
        while more {
            self.check_members(members.seen)?;
            let start = self.offset();
            let key = self.key()?;
            let mut member = Member::Item(Item::new(UNSAID));
            if self.eat(b'=') {
                self.member(&mut member)?;
            } else {
                self.unsaid_member(&mut member)?;
            }
            members.put(key, member, self.origin(start));
            more = self.comma()?;
        }
        Ok(())
    }

    /// Steps over the comma between two members; `false` where the field ends instead.
    fn comma(&mut self) -> Result<bool, StructuredError> {
        self.skip_whitespace();
        if self.at_end() {
            return Ok(false);
        }
        if !self.eat(b',') {
            return Err(self.error(StructuredErrorKind::CommaExpected));
        }
        self.skip_whitespace();
        if self.at_end() { Err(self.error(StructuredErrorKind::TrailingComma)) } else { Ok(true) }
    }

    /// RFC 9651 §4.2.1.1.
    fn member(&mut self, member: &mut Member<'a>) -> Result<(), StructuredError> {
        if self.peek() == Some(b'(') {
            *member = Member::InnerList(InnerList::default());
        }
        match member {
            Member::Item(item) => self.item(item),
            Member::InnerList(list) => self.inner_list(list),
        }
    }

    /// RFC 9651 §4.2.2: a key without a value is true.
    fn unsaid_member(&mut self, member: &mut Member<'a>) -> Result<(), StructuredError> {
        let start = self.offset();
        let mut item = Item::new(UNSAID);
        self.parameters(&mut item.parameters)?;
        item.origin = self.origin(start);
        *member = Member::Item(item);
        Ok(())
    }

    /// RFC 9651 §4.2.1.2; stands on the opening parenthesis.
    fn inner_list(&mut self, list: &mut InnerList<'a>) -> Result<(), StructuredError> {
        let start = self.offset();
        self.advance();
        loop {
            self.skip_spaces();
            match self.peek() {
                Some(b')') => break self.advance(),
                Some(_) => {}
                None => return Err(self.error(StructuredErrorKind::Unclosed)),
            }
            self.check_items(list.items.len())?;
            let mut item = Item::new(UNSAID);
            self.item(&mut item)?;
            list.items.push(item);
            if !matches!(self.peek(), Some(b' ' | b')') | None) {
                return Err(self.error(StructuredErrorKind::SpaceExpected));
            }
        }
        self.parameters(&mut list.parameters)?;
        list.origin = self.origin(start);
        Ok(())
    }

    /// RFC 9651 §4.2.3.
    fn item(&mut self, item: &mut Item<'a>) -> Result<(), StructuredError> {
        let start = self.offset();
        self.bare_item(&mut item.value)?;
        self.parameters(&mut item.parameters)?;
        item.origin = self.origin(start);
        Ok(())
    }

    /// RFC 9651 §4.2.3.2.
    fn parameters(&mut self, parameters: &mut Parameters<'a>) -> Result<(), StructuredError> {
        // Most items have none, and then there is nothing to collect.
        if self.peek() != Some(b';') {
            return Ok(());
        }
        let mut collector = Collector::new();
        while self.eat(b';') {
            self.skip_spaces();
            self.check_parameters(collector.seen)?;
            let start = self.offset();
            let key = self.key()?;
            let mut value = UNSAID;
            if self.eat(b'=') {
                self.bare_item(&mut value)?;
            }
            collector.put(key, value, self.origin(start));
        }
        *parameters = collector.finish();
        Ok(())
    }

    fn check_members(&self, found: usize) -> Result<(), StructuredError> {
        let limit = self.limits.members;
        self.check(found, limit, StructuredErrorKind::TooManyMembers { limit })
    }

    fn check_items(&self, found: usize) -> Result<(), StructuredError> {
        let limit = self.limits.items;
        self.check(found, limit, StructuredErrorKind::TooManyItems { limit })
    }

    fn check_parameters(&self, found: usize) -> Result<(), StructuredError> {
        let limit = self.limits.parameters;
        self.check(found, limit, StructuredErrorKind::TooManyParameters { limit })
    }

    /// Whether there is room for one more where `found` are.
    fn check(
        &self,
        found: usize,
        limit: usize,
        kind: StructuredErrorKind,
    ) -> Result<(), StructuredError> {
        if found < limit { Ok(()) } else { Err(self.error(kind)) }
    }
}

/// RFC 9651 §3.1.2, §3.2: the value of a key without one.
const UNSAID: BareItem<'static> = BareItem::Boolean(true);

#[cfg(test)]
mod tests {
    use super::*;

    /// The time to parse is counted in looks at the input; each byte may be looked at a fixed number of times.
    #[test]
    fn hostile_fields_of_the_largest_size_are_read_in_linear_time() {
        let unlimited = Limits::DEFAULT.with_members(8192).with_items(8192).with_parameters(8192);
        for part in [
            "(", "(a", "( ", "()", "(),", "(a ", "a,", "a ,", "a;", "a;b", ";b", "a=", "a,b=(",
            " ", "\t", ",", "\"", "\"\\", "\\\"", "\\\\", "9", "9.", "-", ":", ":A", "AAAA", "%",
            "%\"", "%41", "%c3", "@", "@1", "?", "?1", "*", "abc", "a=(b;c",
        ] {
            for prefix in ["", "a", "a=", "(", "a=(", "\"", "%\"", ":", "a;b=\"", "a;b=%\"", "1."] {
                let field = format!("{prefix}{}", part.repeat(8192 / part.len()));
                let field = field.get(..8192).unwrap_or(&field);
                for read in [read_item, read_list, read_dictionary] {
                    let mut cursor = Cursor::new(field.as_bytes(), &unlimited).unwrap();
                    let _ = cursor.whole(read);
                    let looks = cursor.looks.get();
                    assert!(looks <= 8 * 8192, "{looks} looks at {prefix}{part}…");
                }
            }
        }
    }

    fn read_item(cursor: &mut Cursor<'_>) -> Result<(), StructuredError> {
        cursor.item(&mut Item::new(UNSAID))
    }

    fn read_list(cursor: &mut Cursor<'_>) -> Result<(), StructuredError> {
        cursor.list(&mut Vec::new())
    }

    fn read_dictionary(cursor: &mut Cursor<'_>) -> Result<(), StructuredError> {
        cursor.dictionary(&mut Collector::new())
    }
}
