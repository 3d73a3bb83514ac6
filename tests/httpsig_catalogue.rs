//! The catalogue of attacks on signed messages: for each row the tests that try it.
//!
//! `A1` … `F3` are the vulnerabilities that the project's notes on HTTP signatures list after the CVEs and threads of
//! others; `H` and `D` are rows of its notes on reliability: signatures and digests.

#[allow(dead_code, reason = "every attack is tried")]
#[path = "common/catalogue.rs"]
mod catalogue;
#[path = "common/sources.rs"]
mod sources;

use std::collections::BTreeSet;

use Shown::By;
use catalogue::{Catalogue, Shown};

#[rustfmt::skip]
const ATTACKS: Catalogue = &[
    ("A1", By(&["sa1_names_are_signed_with_their_values"])),
    ("A2", By(&["sa2_h11_h12_a_signature_over_nothing_or_little_is_refused"])),
    ("A3", By(&[
        "a_body_without_a_signed_digest_is_refused",
        "every_change_of_a_body_is_refused",
        "fields_that_contradict_each_other_are_refused",
    ])),
    ("A4", By(&["sa4_the_requests_digest_is_not_the_responses"])),
    ("A5", By(&["sa5_h09_an_absent_component_is_never_empty"])),
    ("A6", By(&["sa6_only_covered_values_are_given", "what_is_not_covered_is_not_given"])),
    ("B1", By(&["sb1_a_public_key_is_never_a_secret", "every_value_of_the_drafts_has_its_verdict"])),
    ("B2", By(&["sb2_h13_the_key_decides_the_algorithm"])),
    ("B3", By(&["sb3_h18_h19_a_key_speaks_under_its_own_id_alone"])),
    ("B4", By(&["sb4_a_response_is_bound_by_more_than_a_signature"])),
    ("C1", By(&["sc1_h15_moments_are_judged_to_the_second"])),
    ("C2", By(&["sc1_h15_moments_are_judged_to_the_second", "sc2_h16_h17_only_one_signed_date_counts"])),
    ("C3", By(&[
        "sc3_h25_one_use_is_one_use_whatever_its_spelling",
        "sc3_h25_a_nonce_is_used_once_even_for_another_message",
        "sc3_an_expires_that_nobody_signed_shortens_no_memory",
        "every_example_of_rfc_9421_has_its_base_and_its_verdict",
    ])),
    ("C4", By(&["sc1_h15_moments_are_judged_to_the_second", "sc4_h14_a_moment_that_is_listed_must_be_there"])),
    ("D1", By(&["sd1_fields_never_stand_for_derived_components"])),
    ("D2", By(&["sd2_sd3_h22_queries_are_encoded_again_or_refused"])),
    ("D3", By(&["sd2_sd3_h22_queries_are_encoded_again_or_refused", "refuses_what_two_readers_read_differently"])),
    ("D4", By(&["sd4_h21_targets_are_neither_decoded_nor_resolved"])),
    ("D5", By(&["sd5_h23_hosts_that_disagree_are_refused", "refuses_what_two_readers_may_read_as_two_hosts"])),
    ("D6", By(&["sd6_lines_that_are_joined_are_told_apart_as_bytes"])),
    ("D7", By(&["sd7_h10_no_value_begins_a_line"])),
    ("D8", By(&["sd8_behind_a_proxy_only_configuration_says_where_senders_see_us"])),
    ("E1", By(&[
        "se1_h05_h08_what_cannot_be_read_is_refused_and_never_panics",
        "no_input_makes_it_panic",
        "no_parameters_make_it_panic",
    ])),
    ("E2", By(&["se2_h03_sizes_and_counts_are_limited"])),
    ("E3", By(&["se3_h01_h02_h06_h07_nothing_comes_twice"])),
    ("E4", By(&["se4_h20_signatures_have_one_spelling"])),
    ("F1", By(&["sf1_there_is_no_falling_back_to_the_drafts"])),
    ("F2", By(&["sf2_h26_which_signatures_must_be_good_is_said_aloud", "of_several_good_signatures_only_what_all_cover_is_given"])),
    ("F3", By(&["skip_the_body", "check_the_body"])),
    ("H01", By(&["se3_h01_h02_h06_h07_nothing_comes_twice"])),
    ("H02", By(&["se3_h01_h02_h06_h07_nothing_comes_twice"])),
    ("H03", By(&["se2_h03_sizes_and_counts_are_limited"])),
    ("H04", By(&["what_is_malformed_is_refused_with_its_place", "the_public_suite_passes"])),
    ("H05", By(&["se1_h05_h08_what_cannot_be_read_is_refused_and_never_panics"])),
    ("H06", By(&["se3_h01_h02_h06_h07_nothing_comes_twice", "the_last_parameter_counts_only_where_a_dialect_says_so"])),
    ("H07", By(&["se3_h01_h02_h06_h07_nothing_comes_twice", "se1_h05_h08_what_cannot_be_read_is_refused_and_never_panics"])),
    ("H08", By(&["se1_h05_h08_what_cannot_be_read_is_refused_and_never_panics", "components_that_no_message_can_have_cannot_be_demanded"])),
    ("H09", By(&["sa5_h09_an_absent_component_is_never_empty"])),
    ("H10", By(&["sd7_h10_no_value_begins_a_line"])),
    ("H11", By(&["sa2_h11_h12_a_signature_over_nothing_or_little_is_refused", "the_parts_that_matter_must_be_covered_in_one_form_or_another"])),
    ("H12", By(&["sa2_h11_h12_a_signature_over_nothing_or_little_is_refused"])),
    ("H13", By(&["sb2_h13_the_key_decides_the_algorithm"])),
    ("H14", By(&["sc4_h14_a_moment_that_is_listed_must_be_there", "every_value_of_the_drafts_has_its_verdict"])),
    ("H15", By(&["sc1_h15_moments_are_judged_to_the_second", "expired_signatures_are_refused_at_the_very_second"])),
    ("H16", By(&["sc2_h16_h17_only_one_signed_date_counts"])),
    ("H17", By(&["sc2_h16_h17_only_one_signed_date_counts"])),
    ("H18", By(&["sb3_h18_h19_a_key_speaks_under_its_own_id_alone"])),
    ("H19", By(&["sb3_h18_h19_a_key_speaks_under_its_own_id_alone"])),
    ("H20", By(&["se4_h20_signatures_have_one_spelling"])),
    ("H21", By(&["sd4_h21_targets_are_neither_decoded_nor_resolved"])),
    ("H22", By(&["sd2_sd3_h22_queries_are_encoded_again_or_refused", "names_count_in_their_encoded_form_alone"])),
    ("H23", By(&["sd5_h23_hosts_that_disagree_are_refused"])),
    ("H24", By(&["h24_structured_components_need_fields_of_their_type"])),
    ("H25", By(&["sc3_h25_one_use_is_one_use_whatever_its_spelling", "sc3_h25_a_nonce_is_used_once_even_for_another_message"])),
    ("H26", By(&["sf2_h26_which_signatures_must_be_good_is_said_aloud"])),
    ("H27", By(&["another_authorization_is_not_a_signature"])),
    ("H28", By(&["h28_every_byte_of_what_is_covered_and_of_the_signature_matters", "a_change_of_what_is_covered_is_refused"])),
    ("D01", By(&["a_body_without_a_signed_digest_is_refused"])),
    ("D02", By(&["every_change_of_a_body_is_refused"])),
    ("D03", By(&["every_digest_of_rfc_9530_has_its_verdict"])),
    ("D04", By(&["every_digest_of_rfc_9530_has_its_verdict", "fields_that_contradict_each_other_are_refused"])),
    ("D05", By(&["every_digest_of_rfc_9530_has_its_verdict"])),
    ("D06", By(&["every_digest_of_rfc_9530_has_its_verdict"])),
    ("D07", By(&["every_change_of_a_body_is_refused"])),
    ("D08", By(&["pieces_give_the_verdict_of_the_whole", "a_body_beyond_the_limit_is_refused_at_the_piece_that_goes_beyond"])),
    ("D09", By(&["skip_the_body"])),
];

#[test]
fn every_attack_is_tried() {
    catalogue::check(ATTACKS);
    let rows = |letter, last| (1..=last).map(move |number: u8| (letter, number));
    let narrow = [("A", 6), ("B", 4), ("C", 4), ("D", 8), ("E", 4), ("F", 3)];
    let narrow = narrow.into_iter().flat_map(|(letter, last)| rows(letter, last));
    let narrow = narrow.map(|(letter, number)| format!("{letter}{number}"));
    let wide =
        rows("H", 28).chain(rows("D", 9)).map(|(letter, number)| format!("{letter}{number:02}"));
    let all: BTreeSet<String> = narrow.chain(wide).collect();
    assert_eq!(ATTACKS.iter().map(|(row, _)| (*row).to_owned()).collect::<BTreeSet<_>>(), all);
}
