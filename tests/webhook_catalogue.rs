//! The catalogue of attacks on webhooks and on the biometric login: for each row the tests that try it, or the reason
//! why none does.
//!
//! Of the project's notes on webhooks: `Q` are complaints (§5.1), `CVE` and the rest of `V` vulnerabilities (§5.2), `F`
//! the forgeries that carry a genuine signature (§5.3), `P` faults of peers (§3, §4.2), `R` races of the login (§6.4).
//! `W` and `B` are rows of its notes on reliability.

#[path = "common/catalogue.rs"]
mod catalogue;
#[path = "common/sources.rs"]
mod sources;

use std::collections::BTreeSet;

use Shown::{By, Not};
use catalogue::{Catalogue, Shown};

/// Public vectors, those of providers among them.
const VECTORS: &str = "public_vectors_hold";
/// Every scheme against headers, bodies and URLs that come close.
const ANYTHING: &str = "nothing_received_is_accepted_or_makes_any_scheme_panic";
/// Two logins that race, with webhooks and time in between.
const WALK: &str = "in_no_interleaving_of_two_logins_and_webhooks_does_a_challenge_log_in_twice";
const CONSTANT_TIME: &str = "by construction: signatures are compared decoded, all of them, through `constant_time_eq`; no test here measures time";

#[rustfmt::skip]
const ATTACKS: Catalogue = &[
    // The framework parsed the body.
    ("Q1", By(&["a_body_that_a_framework_wrote_anew_is_refused", "a_body_that_was_changed_on_its_way_is_named"])),
    // Writing it again does not give its bytes back.
    ("Q2", By(&["a_body_that_a_framework_wrote_anew_is_refused", "stringify_prints_the_whole_body_too", VECTORS])),
    // Unicode, emoji, U+2028, other encodings.
    ("Q3", By(&[
        "what_every_provider_signs_is_verified_and_its_key_named",
        "a_body_that_is_no_text_is_verified_as_the_bytes_it_is",
        VECTORS,
    ])),
    // The sender changed its serialiser.
    ("Q4", By(&["a_body_that_was_changed_on_its_way_is_named", "a_scheme_that_was_mistaken_for_another_is_named"])),
    // One secret taken for another.
    ("Q5", By(&["secrets_of_another_kind_cannot_be_built", "a_secret_that_was_read_in_the_wrong_way_is_named"])),
    // Rotation.
    ("Q6", By(&[
        "several_keys_say_which_one_matched",
        "a_retired_key_counts_until_its_end",
        "a_key_that_no_longer_counts_is_named",
    ])),
    // `v1a`.
    ("Q7", By(&[
        "one_field_holds_signatures_for_a_secret_and_for_a_public_key",
        "what_every_provider_signs_is_verified_and_its_key_named",
    ])),
    // Tolerances that are fixed, or to one side, or switched off by zero.
    ("Q8", By(&["past_and_future_are_told_apart_to_the_second", "an_event_is_accepted_within_its_tolerance_and_not_one_millisecond_beyond"])),
    // Malformed headers.
    ("Q9", By(&[ANYTHING, "a_good_signature_counts_wherever_it_stands_in_its_list"])),
    // A forgery told apart from a bad payload.
    ("Q10", By(&["every_code_and_class_is_pinned", "a_timestamp_in_the_other_unit_is_named_once_the_signature_is_good"])),
    // Replay: by signed bytes, atomically, with an answer that ends the sending.
    ("Q11", By(&[
        "a_message_is_taken_once_whatever_else_its_field_holds",
        "an_event_can_be_taken_once",
        "every_race_has_one_winner",
        "b11_webhooks_out_of_order_say_what_they_are",
    ])),
    // The URL behind a proxy.
    ("Q12", By(&["twilio_names_and_values_have_no_borders_and_say_so", VECTORS])),
    ("CVE-2024-21491", By(&["every_prefix_of_a_good_signature_is_refused", "a_signature_that_is_cut_or_spelt_otherwise_is_malformed", VECTORS])),
    ("CVE-2022-43411", Not(CONSTANT_TIME)),
    ("CVE-2022-43412", Not(CONSTANT_TIME)),
    ("CVE-2023-50728", By(&[ANYTHING])),
    ("CVE-2026-33143", By(&["a_missing_signature_is_never_passed_over", "forge", "skip_the_store"])),
    ("CVE-2026-39969", By(&["a_missing_signature_is_never_passed_over", "forge", "skip_the_store"])),
    ("CVE-2026-86080", By(&[
        "secrets_of_another_kind_cannot_be_built",
        "a_key_that_another_one_ends_with_cannot_be_built",
        "an_official_account_needs_its_app_id",
    ])),
    ("CVE-2026-42294", By(&[
        "a_body_above_the_limit_is_refused_before_anything_is_read",
        "a_stream_above_its_limit_stays_refused",
        "a_large_or_deep_body_is_refused_before_it_is_hashed",
    ])),
    ("CVE-2026-32096", Not("no scheme is offered whose key is fetched from a URL in the message")),
    // standardwebhooks 1.0.1: i64::MIN, an empty secret.
    ("V1", By(&["timestamps_are_digits_and_nothing_panics", "secrets_of_another_kind_cannot_be_built"])),
    // Flickr 2009: the key in front, no borders.
    ("V2", By(&["a_scheme_that_could_not_be_safe_cannot_be_built", "twilio_names_and_values_have_no_borders_and_say_so"])),
    // PayPal: only a checksum of the body is signed.
    ("V3", Not("PayPal's scheme is not offered")),
    ("F1", By(&["forgery_1_a_moved_border_is_refused", "every_other_cut_of_a_genuine_text_is_refused"])),
    ("F2", By(&["forgery_2_text_moved_out_of_the_event_is_refused"])),
    ("F3", By(&["forgery_3_renamed_keys_are_refused"])),
    ("F4", By(&["forgery_4_added_empty_keys_are_refused"])),
    ("F5", By(&["forgery_5_a_user_invented_out_of_the_timestamp_is_refused"])),
    ("F6", By(&["forgery_6_other_types_with_the_same_text_are_refused"])),
    ("F7", By(&["forgery_7_another_user_of_a_revocation_is_refused", "every_other_cut_of_a_genuine_text_is_refused"])),
    ("F8", By(&["forgery_8_pairs_of_values_with_one_text_are_no_events"])),
    ("F9", By(&["forgery_9_the_constant_signature_of_nothing_is_refused"])),
    // svix-rs: one family's id, another's time.
    ("P1", By(&["fields_of_two_families_are_never_mixed"])),
    // standardwebhooks in Python: a list that cannot be decoded escapes as another exception.
    ("P2", By(&["a_good_signature_counts_wherever_it_stands_in_its_list"])),
    // tern: `$&` in a body is a pattern of `replace`.
    ("P3", By(&["a_body_that_a_framework_wrote_anew_is_refused"])),
    // tern: the last `v1` alone counts.
    ("P4", By(&["a_good_signature_counts_wherever_it_stands_in_its_list", "one_good_signature_of_ten_is_enough_and_a_thousand_are_too_many"])),
    // square-nodejs-sdk, chatwoot, vnpay: `==`.
    ("P5", Not(CONSTANT_TIME)),
    // twilio-node: a URL class writes the URL anew.
    ("P6", By(&["twilio_names_and_values_have_no_borders_and_say_so", VECTORS])),
    // async-stripe, bolt-js, stripe-node: a time in the future passes.
    ("P7", By(&["past_and_future_are_told_apart_to_the_second"])),
    // standardwebhooks, svix-rs: the body must be UTF-8; stripe-node decodes it with losses.
    ("P8", By(&["a_body_that_is_no_text_is_verified_as_the_bytes_it_is"])),
    // tern: guesses the unit of a time.
    ("P9", By(&["a_timestamp_in_the_other_unit_is_named_once_the_signature_is_good", "a_timestamp_in_the_other_unit_is_named"])),
    // Public Zalo code: an HMAC for the hash, other bytes, candidates until one fits.
    ("P10", By(&["what_public_code_computes_in_its_place_is_refused"])),
    // Public Zalo code: no secret, and everything passes.
    ("P11", By(&["an_official_account_needs_its_app_id", "a_key_that_another_one_ends_with_cannot_be_built"])),
    // Public Zalo code: a mismatch is logged and the event processed.
    ("P12", By(&["forge"])),
    // Public Zalo code: app id and time from unverified data.
    ("P13", By(&["forgery_7_another_user_of_a_revocation_is_refused", "an_official_account_needs_its_app_id"])),
    ("R1", By(&["b08_a_login_waits_for_its_webhook_and_not_for_long"])),
    ("R2", By(&[WALK])),
    ("R3", By(&["b11_webhooks_out_of_order_say_what_they_are", "b11_the_tombstone_outlives_every_webhook_that_could_come_again"])),
    ("R4", By(&["b08_a_webhook_in_the_last_millisecond_counts_and_one_after_it_opens_nothing"])),
    ("R5", By(&[WALK])),
    ("R6", By(&["b06_b10_a_wrong_token_or_time_is_refused_and_uses_nothing_up"])),
    ("R7", By(&["b06_b10_a_wrong_token_or_time_is_refused_and_uses_nothing_up"])),
    ("R8", By(&["b08_a_store_that_clears_nothing_away_decides_nothing"])),
    ("R9", By(&["b04_a_challenge_lives_five_minutes_to_the_millisecond"])),
    ("R10", By(&["servers_change_recipes_and_keys_without_refusing_anyone"])),
    ("R11", By(&["forgery_1_a_moved_border_is_refused"])),
    ("R12", By(&["b12_a_store_that_fails_at_any_step_lets_nobody_in"])),
    ("R13", By(&["b06_b10_a_wrong_token_or_time_is_refused_and_uses_nothing_up"])),
    ("W01", By(&["a_missing_signature_is_never_passed_over", "a_missing_or_repeated_signature_is_refused"])),
    ("W02", By(&["secrets_of_another_kind_cannot_be_built", "a_key_that_another_one_ends_with_cannot_be_built"])),
    ("W03", By(&[
        "every_prefix_of_a_good_signature_is_refused",
        "every_changed_bit_of_a_message_is_refused_or_changes_nothing",
        "every_changed_digit_and_every_cut_of_a_signature_is_refused",
    ])),
    ("W04", By(&[
        "one_good_signature_of_ten_is_enough_and_a_thousand_are_too_many",
        "a_list_gives_the_signatures_of_its_version",
    ])),
    ("W05", By(&["timestamps_are_digits_and_nothing_panics"])),
    ("W06", By(&["a_timestamp_in_the_other_unit_is_named_once_the_signature_is_good"])),
    ("W07", By(&["past_and_future_are_told_apart_to_the_second", "an_event_is_accepted_within_its_tolerance_and_not_one_millisecond_beyond"])),
    ("W08", By(&["a_fresh_timestamp_on_an_old_signature_is_refused"])),
    ("W09", By(&["a_body_that_a_framework_wrote_anew_is_refused"])),
    ("W10", By(&["a_body_above_the_limit_is_refused_before_anything_is_read", "a_stream_above_its_limit_stays_refused"])),
    ("W11", By(&["an_id_is_short_visible_and_without_a_dot"])),
    ("W12", By(&["a_message_is_taken_once_whatever_else_its_field_holds"])),
    ("W13", By(&["several_keys_say_which_one_matched", "a_retired_key_counts_until_its_end"])),
    ("W14", By(&["a_field_that_stands_twice_is_refused", "a_missing_or_repeated_signature_is_refused"])),
    ("W15", By(&["the_two_schemes_of_one_field_are_told_apart_and_never_guessed", "an_algorithm_that_was_given_up_is_refused"])),
    ("W16", By(&["forgery_1_a_moved_border_is_refused"])),
    ("W17", By(&["every_signature_of_the_vectors_over_an_object_is_good", "a_field_that_stands_twice_is_refused", VECTORS])),
    ("W18", By(&["forgery_6_other_types_with_the_same_text_are_refused", "numbers_are_printed_as_ecmascript_has_them", VECTORS])),
    ("W19", By(&["forgery_9_the_constant_signature_of_nothing_is_refused", "a_large_or_deep_body_is_refused_before_it_is_hashed"])),
    ("W20", By(&["a_checkout_callback_whose_fields_were_moved_is_refused", "momo_and_payos_hand_on_signed_fields_and_no_other"])),
    ("B01", By(&["b01_access_tokens_have_a_form"])),
    ("B02", By(&[
        "empty_secret_is_refused_even_through_the_dangerous_door",
        "secrets_have_names_of_their_own_and_none_ends_with_another",
    ])),
    ("B03", By(&["b03_b05_requests_of_a_wrong_form_are_refused_before_anything_is_computed"])),
    ("B04", By(&["b04_a_challenge_lives_five_minutes_to_the_millisecond"])),
    ("B05", By(&["b03_b05_requests_of_a_wrong_form_are_refused_before_anything_is_computed"])),
    ("B06", By(&[
        "b06_b10_a_wrong_token_or_time_is_refused_and_uses_nothing_up",
        "servers_change_recipes_and_keys_without_refusing_anyone",
    ])),
    ("B07", By(&[
        "b07_md5_refuses_secrets_that_it_cannot_tell_from_its_separator",
        "hmac_tells_token_and_time_apart_where_md5_does_not",
    ])),
    ("B08", By(&["b08_a_login_waits_for_its_webhook_and_not_for_long"])),
    ("B09", By(&["the_five_steps_log_a_user_in_once", WALK])),
    ("B10", By(&["b06_b10_a_wrong_token_or_time_is_refused_and_uses_nothing_up"])),
    ("B11", By(&["b11_webhooks_out_of_order_say_what_they_are"])),
    ("B12", By(&["b12_a_store_that_fails_at_any_step_lets_nobody_in"])),
    ("B13", By(&["b13_sdk_codes_of_either_sign_mean_the_same"])),
];

#[test]
fn every_attack_is_tried_or_has_its_reason() {
    catalogue::check(ATTACKS);
    let narrow = [("Q", 12), ("V", 3), ("F", 9), ("P", 13), ("R", 13)].into_iter();
    let rows = |last| 1..=last;
    let narrow = narrow
        .flat_map(|(letter, last)| rows(last).map(move |number: u8| format!("{letter}{number}")));
    let wide = [("W", 20), ("B", 13)].into_iter();
    let wide = wide.flat_map(|(letter, last)| {
        rows(last).map(move |number: u8| format!("{letter}{number:02}"))
    });
    let all: BTreeSet<String> = narrow.chain(wide).collect();
    let listed = ATTACKS.iter().map(|(row, _)| (*row).to_owned());
    assert_eq!(listed.filter(|row| !row.starts_with("CVE")).collect::<BTreeSet<_>>(), all);
}
