//! Which structured field has which type: what `;sf` and `;key` need to know (RFC 9421 §2.1.1).

use std::collections::BTreeMap;

/// The type of a structured field (RFC 9651 §3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FieldType {
    /// A single value.
    Item,
    /// A List.
    List,
    /// A Dictionary.
    Dictionary,
}

/// The fields whose types the host added.
pub(super) type FieldTypes = BTreeMap<Box<str>, FieldType>;

/// The type of the field called `name`, in lower case.
pub(super) fn type_of(name: &str, added: &FieldTypes) -> Option<FieldType> {
    added.get(name).copied().or_else(|| {
        let place = REGISTERED.binary_search_by_key(&name, |(known, _)| known).ok()?;
        REGISTERED.get(place).map(|(_, field_type)| *field_type)
    })
}

/// The structured fields of IANA's HTTP Field Name Registry, in order of their names.
const REGISTERED: [(&str, FieldType); 26] = [
    ("accept-ch", FieldType::List),                    // RFC 8942
    ("accept-signature", FieldType::Dictionary),       // RFC 9421
    ("available-dictionary", FieldType::Item),         // RFC 9842
    ("cache-status", FieldType::List),                 // RFC 9211
    ("capsule-protocol", FieldType::Item),             // RFC 9297
    ("cdn-cache-control", FieldType::Dictionary),      // RFC 9213
    ("client-cert", FieldType::Item),                  // RFC 9440
    ("client-cert-chain", FieldType::List),            // RFC 9440
    ("concealed-auth-export", FieldType::Item),        // RFC 9729
    ("content-digest", FieldType::Dictionary),         // RFC 9530
    ("cross-origin-embedder-policy", FieldType::Item), // HTML
    ("cross-origin-embedder-policy-report-only", FieldType::Item), // HTML
    ("cross-origin-opener-policy", FieldType::Item),   // HTML
    ("cross-origin-opener-policy-report-only", FieldType::Item), // HTML
    ("deprecation", FieldType::Item),                  // RFC 9745
    ("dictionary-id", FieldType::Item),                // RFC 9842
    ("link-template", FieldType::List),                // RFC 9652
    ("origin-agent-cluster", FieldType::Item),         // HTML
    ("priority", FieldType::Dictionary),               // RFC 9218
    ("proxy-status", FieldType::List),                 // RFC 9209
    ("repr-digest", FieldType::Dictionary),            // RFC 9530
    ("signature", FieldType::Dictionary),              // RFC 9421
    ("signature-input", FieldType::Dictionary),        // RFC 9421
    ("use-as-dictionary", FieldType::Dictionary),      // RFC 9842
    ("want-content-digest", FieldType::Dictionary),    // RFC 9530
    ("want-repr-digest", FieldType::Dictionary),       // RFC 9530
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_can_be_searched_and_added_to() {
        assert!(REGISTERED.is_sorted_by_key(|(name, _)| name));
        let mut added = FieldTypes::new();
        assert_eq!(type_of("content-digest", &added), Some(FieldType::Dictionary));
        assert_eq!(type_of("x-list", &added), None);
        added.insert("x-list".into(), FieldType::List);
        assert_eq!(type_of("x-list", &added), Some(FieldType::List));
    }
}
