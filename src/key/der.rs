//! The little of DER (X.690) that keys are written in: definite lengths in their shortest form, nothing left over.

use zeroize::Zeroizing;

use super::KeyError;

/// Reads the elements of one constructed value, in order.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// A reader of the elements inside `contents`.
    pub(super) const fn new(contents: &'a [u8]) -> Self {
        Self(contents)
    }

    /// Opens `der`, which must be exactly one SEQUENCE.
    pub(super) fn sequence_of(der: &'a [u8]) -> Result<Self, KeyError> {
        let mut outer = Self(der);
        let inner = outer.nested(SEQUENCE)?;
        outer.end()?;
        Ok(inner)
    }

    /// The contents of the next element, which must have this tag.
    pub(super) fn take(&mut self, tag: u8) -> Result<&'a [u8], KeyError> {
        let (found, rest) = self.0.split_first().ok_or(KeyError::Der)?;
        if *found != tag {
            return Err(KeyError::Der);
        }
        let (length, rest) = split_length(rest)?;
        let (contents, rest) = rest.split_at_checked(length).ok_or(KeyError::Der)?;
        self.0 = rest;
        Ok(contents)
    }

    /// The contents of the next element if it has this tag.
    pub(super) fn optional(&mut self, tag: u8) -> Result<Option<&'a [u8]>, KeyError> {
        if self.0.first() == Some(&tag) { self.take(tag).map(Some) } else { Ok(None) }
    }

    /// A reader of the next element, which must have this tag.
    pub(super) fn nested(&mut self, tag: u8) -> Result<Self, KeyError> {
        self.take(tag).map(Self)
    }

    /// The next element as a non-negative INTEGER, big-endian without leading zeros; zero is empty.
    pub(super) fn integer(&mut self) -> Result<&'a [u8], KeyError> {
        match self.take(INTEGER)? {
            [] | [0x80..=0xff, ..] | [0, 0..=0x7f, ..] => Err(KeyError::Der),
            [0, magnitude @ ..] => Ok(magnitude),
            magnitude => Ok(magnitude),
        }
    }

    /// The next element as a BIT STRING of whole bytes.
    pub(super) fn bit_string(&mut self) -> Result<&'a [u8], KeyError> {
        whole_bytes(self.take(BIT_STRING)?)
    }

    /// That nothing is left.
    pub(super) const fn end(self) -> Result<(), KeyError> {
        if self.0.is_empty() { Ok(()) } else { Err(KeyError::Der) }
    }
}

/// The bytes of a BIT STRING's contents without its count of unused bits, which must be zero.
pub(super) const fn whole_bytes(bit_string: &[u8]) -> Result<&[u8], KeyError> {
    match bit_string {
        [0, bytes @ ..] => Ok(bytes),
        _ => Err(KeyError::Der),
    }
}

/// A SEQUENCE of INTEGERs, each given big-endian without a sign: how PKCS#1 writes its keys.
pub(super) fn sequence_of_integers(magnitudes: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let contents = magnitudes.iter().map(|magnitude| integer_size(magnitude)).sum();
    // Reserved whole, so that growing leaves no copy of a private part behind.
    let mut der =
        Zeroizing::new(Vec::with_capacity(header_size(contents).saturating_add(contents)));
    push_header(SEQUENCE, contents, &mut der);
    for magnitude in magnitudes {
        push_integer(magnitude, &mut der);
    }
    der
}

fn push_integer(magnitude: &[u8], der: &mut Vec<u8>) {
    let magnitude = without_leading_zeros(magnitude);
    push_header(INTEGER, integer_contents_size(magnitude), der);
    if needs_sign_byte(magnitude) {
        der.push(0);
    }
    der.extend_from_slice(magnitude);
}

fn integer_size(magnitude: &[u8]) -> usize {
    let contents = integer_contents_size(without_leading_zeros(magnitude));
    header_size(contents).saturating_add(contents)
}

fn integer_contents_size(magnitude: &[u8]) -> usize {
    magnitude.len().saturating_add(usize::from(needs_sign_byte(magnitude)))
}

fn needs_sign_byte(magnitude: &[u8]) -> bool {
    magnitude.first().is_none_or(|first| *first >= 0x80)
}

fn header_size(length: usize) -> usize {
    match length {
        0..0x80 => 2,
        0x80..0x100 => 3,
        _ => 4,
    }
}

fn push_header(tag: u8, length: usize, der: &mut Vec<u8>) {
    // Keys are bounded far below 64 KiB, so two bytes hold every length.
    let [high, low] = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
    der.push(tag);
    match length {
        0..0x80 => der.push(low),
        0x80..0x100 => der.extend([0x81, low]),
        _ => der.extend([0x82, high, low]),
    }
}

/// X.690 §10.1: the length in the fewest bytes; keys need at most two.
fn split_length(bytes: &[u8]) -> Result<(usize, &[u8]), KeyError> {
    match bytes {
        [length @ 0..=0x7f, rest @ ..] => Ok((usize::from(*length), rest)),
        [0x81, length @ 0x80..=0xff, rest @ ..] => Ok((usize::from(*length), rest)),
        [0x82, high @ 1..=0xff, low, rest @ ..] => {
            Ok((usize::from(u16::from_be_bytes([*high, *low])), rest))
        }
        _ => Err(KeyError::Der),
    }
}

/// `bytes` without the zeros in front.
pub(super) fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_integers_are_read_back_and_leave_no_copy() {
        let long = [0x80; 300];
        let numbers: [&[u8]; 6] = [&[], &[0], &[0x7f], &[0x80], &[0, 0, 1, 2], &long];
        let der = sequence_of_integers(&numbers);
        // Had it grown, the part before would lie somewhere on the heap.
        assert_eq!(der.len(), der.capacity());
        let mut fields = Reader::sequence_of(&der).unwrap();
        for number in numbers {
            assert_eq!(fields.integer().unwrap(), without_leading_zeros(number));
        }
        fields.end().unwrap();
    }

    #[test]
    fn lengths_up_to_two_bytes_come_back() {
        for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff] {
            let mut der = Vec::new();
            push_header(OCTET_STRING, length, &mut der);
            assert_eq!(der.len(), header_size(length));
            der.resize(der.len() + length, 7);
            assert_eq!(Reader::new(&der).take(OCTET_STRING).unwrap().len(), length);
        }
    }
}
