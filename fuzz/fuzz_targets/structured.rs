//! Whatever is read and written is read back as the same value and written as the same text.

#![no_main]

use countersign::structured::{Dictionary, Item, Limits, List, Member};
use libfuzzer_sys::fuzz_target;

/// The canonical text may be longer than the input: each `,` becomes `, `.
const ROOMY: Limits = Limits::DEFAULT.with_bytes(4 * Limits::BYTES);

macro_rules! round_trip {
    ($type:ty, $input:expr) => {
        if let Ok(value) = <$type>::parse($input, &Limits::DEFAULT) {
            let mut text = String::new();
            value.write_onto(&mut text);
            let again = <$type>::parse(&text, &ROOMY).unwrap();
            assert_eq!(again, value, "{text}");
            let mut canonical = String::new();
            again.write_onto(&mut canonical);
            assert_eq!(canonical, text);
            assert!(text.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{text:?}");
        }
    };
}

fuzz_target!(|input: &[u8]| {
    round_trip!(Item<'_>, input);
    round_trip!(List<'_>, input);
    round_trip!(Dictionary<'_>, input);

    // An item that stands alone is a list of one, and the other way round.
    if let (Ok(item), Ok(list)) =
        (Item::parse(input, &Limits::DEFAULT), List::parse(input, &Limits::DEFAULT))
    {
        assert_eq!(list.members, [Member::Item(item)]);
    }
    if let Ok(dictionary) = Dictionary::parse(input, &Limits::DEFAULT) {
        let entries = dictionary.entries();
        for entry in entries {
            assert!(
                input
                    .get(entry.span())
                    .is_some_and(|text| { text.starts_with(entry.key.as_str().as_bytes()) })
            );
            assert_eq!(dictionary.get(entry.key.as_str()), Some(&entry.value));
        }
        assert!(dictionary.duplicates().count() <= entries.len());
    }
});
