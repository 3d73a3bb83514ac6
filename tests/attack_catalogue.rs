//! The catalogue of attacks: for each row the tests that try it, or the reason why none does.
//!
//! `A1` … `A67` are the classes of the project's field notes on tokens (after the CVEs of others), the rest are
//! rows of its notes on reliability: `J` tokens, `K` key sets, `T` time, `C` replay and concurrency.

#[path = "common/catalogue.rs"]
mod catalogue;
#[path = "common/sources.rs"]
mod sources;

use std::collections::BTreeSet;

use Shown::{By, Not};
use catalogue::{Catalogue, Shown};
use serde_json::Value;

/// Cases of `tests/conformance/tokens.json`, each of which names its rows.
const CASES: &str = "examples_of_the_rfcs_and_our_own_cases_hold_on_every_clone";
/// Public vectors, Wycheproof above all.
const VECTORS: &str = "public_vectors_hold";

#[rustfmt::skip]
const ATTACKS: Catalogue = &[
    ("A1", By(&["a1_unsigned_tokens_have_their_own_refusal", CASES])),
    ("A2", By(&["a2_a_public_key_is_never_an_hmac_secret", "the_text_of_a_key_is_no_secret", CASES])),
    ("A3", By(&["k13_a_key_without_alg_serves_its_own_family_and_no_other", "a2_a_public_key_is_never_an_hmac_secret", CASES])),
    ("A4", By(&["a4_the_key_decides_the_algorithm", "a_pinned_key_serves_its_algorithm_alone", VECTORS])),
    ("A5", By(&["a5_an_algorithm_is_for_keys_of_its_type_and_curve", CASES])),
    ("A6", By(&["a37_a39_only_three_parts_are_a_token", CASES, VECTORS])),
    ("A7", By(&[
        "a7_algorithm_names_are_compared_after_unescaping_and_byte_for_byte",
        "algorithm_names_are_exact_and_come_back",
        CASES,
    ])),
    ("A8", By(&["a8_unknown_algorithms_are_not_malformed", "unknown_algorithms_are_named_not_malformed", CASES])),
    ("A9", By(&["a9_a10_keys_and_addresses_in_the_header_are_refused", CASES, VECTORS])),
    ("A10", By(&[
        "a9_a10_keys_and_addresses_in_the_header_are_refused",
        "s1_20_headers_that_choose_the_key_are_refused",
        CASES,
    ])),
    ("A11", By(&[CASES])),
    ("A12", By(&["a12_a_key_id_is_a_short_visible_string", "key_ids_are_short_and_visible", CASES])),
    ("A13", By(&["k21_g14_a_spray_of_key_ids_fetches_once_per_cool_down"])),
    ("A14", By(&["ids_are_compared_byte_by_byte", CASES])),
    ("A15", By(&["a15_up_to_four_keys_of_one_id_are_tried", "k06_keys_of_one_id_are_kept_in_their_order_up_to_four"])),
    ("A16", By(&["a16_j35_keys_are_of_one_issuer_whatever_their_ids", "k24_the_keys_of_another_issuer_never_get_in", CASES])),
    ("A17", By(&[
        "a17_s2_20_who_signs_must_be_whom_the_token_names",
        "s2_17_s2_20_a_ring_gives_keys_with_their_owner_alone",
        "a_ring_cannot_be_built_with_keys_that_two_could_claim",
        "forget_the_owner",
    ])),
    ("A18", By(&["a18_names_that_run_together_are_told_apart"])),
    ("A19", By(&["k11_published_secrets_are_left_out_with_an_alarm", "k11_k17_alarms_come_with_the_outcome"])),
    ("A20", By(&["k12_keys_for_other_uses_are_left_out", "use_and_key_ops_are_obeyed", VECTORS])),
    ("A21", By(&[
        "k01_a_document_above_the_limit_is_not_read",
        "k02_more_entries_than_the_limit_are_refused",
        "k03_what_is_no_set_is_refused_as_what_it_is",
        "k04_bytes_that_are_no_json_are_refused",
        "k03_k04_no_bad_document_replaces_a_good_one",
        "k24_answers_of_other_attempts_are_not_taken",
    ])),
    ("A22", By(&["k17_the_diff_names_what_came_went_and_changed", "k11_k17_alarms_come_with_the_outcome"])),
    ("A23", By(&[
        "k19_s1_27_a_new_key_is_fetched_and_a_verification_ends_with_the_keys_it_began_with",
        "k26_s1_c11_the_soft_age_is_the_servers_within_limits",
    ])),
    ("A24", By(&["signatures_of_another_length_are_refused", "dropped_doubled_and_swapped_bytes_are_refused", CASES])),
    ("A25", By(&["refuses_psychic_and_out_of_range_ecdsa_signatures", VECTORS])),
    ("A26", By(&["der_signatures_are_for_conversion_alone", "signatures_of_another_length_are_refused"])),
    ("A27", By(&[
        "a27_a_token_and_its_twin_with_the_other_s_are_one_token",
        "a27_a57_the_replay_key_is_issuer_and_id_and_nothing_else",
    ])),
    ("A28", By(&[
        "points_off_the_curve_are_refused",
        "compressed_hybrid_and_infinite_points_are_refused",
        "coordinates_have_their_full_length_and_are_below_the_prime",
    ])),
    ("A29", By(&[
        "lengths_are_counted_in_true_bits",
        "even_moduli_are_refused",
        "exponents_are_odd_at_least_3_and_at_most_33_bits",
        "zeros_in_front_do_not_make_a_modulus_longer",
        "k07_moduli_that_are_too_long_are_left_out",
        "moduli_with_the_roca_fingerprint_are_refused",
        "published_key_sets_of_paypal_and_yahoo",
    ])),
    ("A30", By(&[VECTORS])),
    ("A31", By(&["signatures_of_another_length_are_refused", VECTORS])),
    ("A32", By(&["ed25519_points_of_low_order_are_refused", "ed25519_points_have_one_spelling_and_lie_on_the_curve", VECTORS])),
    ("A33", By(&[
        "secrets_are_at_least_as_long_as_the_hash",
        "empty_secret_is_refused_even_through_the_dangerous_door",
        "comparison_agrees_with_equality",
    ])),
    ("A34", By(&["a34_a35_a36_there_is_one_spelling_of_each_part", "foreign_spellings_are_refused_with_their_reason", CASES])),
    ("A35", By(&["a34_a35_a36_there_is_one_spelling_of_each_part", "every_two_character_tail_has_one_spelling", CASES])),
    ("A36", By(&["a34_a35_a36_there_is_one_spelling_of_each_part", CASES])),
    ("A37", By(&["a37_a39_only_three_parts_are_a_token", CASES])),
    ("A38", By(&[
        "a38_sizes_are_limited_before_anything_is_decoded",
        "s1_15_the_token_comes_in_one_authorization_field",
        "refuses_every_other_form",
    ])),
    ("A39", By(&["a37_a39_only_three_parts_are_a_token", CASES])),
    ("A40", By(&[
        "a40_a41_a42_claims_are_one_strict_object",
        "refuses_a_member_named_twice_at_any_depth_and_after_unescaping",
        CASES,
    ])),
    ("A41", By(&[
        "a40_a41_a42_claims_are_one_strict_object",
        "j07_header_and_claims_are_utf8",
        "limits_hold_at_their_edge",
        CASES,
        VECTORS,
    ])),
    ("A42", By(&["a40_a41_a42_claims_are_one_strict_object", CASES, VECTORS])),
    ("A43", By(&[CASES])),
    ("A44", By(&["a44_a45_critical_extensions_and_unencoded_payloads_are_refused", CASES])),
    ("A45", By(&["a44_a45_critical_extensions_and_unencoded_payloads_are_refused", CASES, VECTORS])),
    ("A46", By(&["a46_other_kinds_of_token_are_refused", "rfc_9068_access_tokens_carry_their_claims", CASES])),
    ("A47", By(&["a47_encrypted_and_nested_tokens_have_their_own_refusal", CASES, VECTORS])),
    ("A48", By(&["a48_dates_are_numbers_in_range", "a48_fractions_are_rounded_against_the_bearer", CASES])),
    ("A49", By(&[
        "t01_every_combination_of_moments_is_judged_as_wide_integers_judge_it",
        "unsafe_policies_cannot_be_built_and_name_all_their_problems",
        "arithmetic_saturates_at_every_corner",
    ])),
    ("A50", By(&["a50_t03_the_edges_of_time_are_exact", CASES])),
    ("A51", By(&["a51_a52_lifetimes_are_capped_and_leeway_does_not_stretch_them", CASES])),
    ("A52", By(&[
        "a51_a52_lifetimes_are_capped_and_leeway_does_not_stretch_them",
        "s1_29_s1_c3_a_lifetime_of_exactly_five_minutes_is_the_limit",
        CASES,
    ])),
    ("A53", By(&["a53_audiences_are_compared_whole", "s1_17_s1_c1_the_audience_is_invoice_alone", CASES])),
    ("A54", By(&["a54_issuers_are_compared_whole", CASES])),
    ("A55", By(&["a55_scopes_are_sets_of_whole_tokens", "s1_19_s1_c10_the_scope_is_the_endpoints_and_of_one_flow", CASES])),
    ("A56", By(&[
        "a56_parties_are_compared_where_the_policy_names_them",
        "a17_s2_20_who_signs_must_be_whom_the_token_names",
        CASES,
    ])),
    ("A57", By(&[
        "a57_a_single_use_token_waits_for_the_store",
        "a27_a57_the_replay_key_is_issuer_and_id_and_nothing_else",
        "s1_24_s1_c12_a_token_is_used_once",
        "s1_35_an_order_is_carried_out_once_and_answers_with_its_first_result",
        "a_replay_is_refused_on_both_sides_of_the_deadline",
        CASES,
    ])),
    ("A58", By(&[
        "every_race_has_one_winner",
        "a_million_presentations_by_many_threads_accept_each_name_once",
        "s1_36_a_store_that_does_not_answer_refuses",
        "a_full_store_refuses_and_evicts_nothing",
    ])),
    ("A59", By(&["a46_other_kinds_of_token_are_refused", "a53_audiences_are_compared_whole", CASES])),
    ("A60", By(&["a_clock_that_steps_back_re_opens_nothing"])),
    ("A61", By(&["s1_31_j38_ids_that_attack_a_log_are_refused_and_logged_escaped", CASES])),
    ("A62", Not("later: the gateway's seal; until it is there, no header but Authorization is read")),
    ("A63", Not("later: ID tokens; no at_hash is read here")),
    ("A64", By(&[
        "a64_j33_a_forgery_learns_nothing_of_claims",
        "s1_c8_whoever_cannot_sign_gets_one_answer_for_the_form_and_one_for_the_rest",
        "the_answer_to_a_forgery_depends_on_its_class_alone",
        "explain_reaches_no_claim_of_a_forgery",
        CASES,
    ])),
    ("A65", Not("there is no memory of verdicts: every presentation is verified")),
    ("A66", By(&["forge", "change", "skip_the_store"])),
    ("A67", By(&[CASES])),
    ("J01", By(&["a37_a39_only_three_parts_are_a_token", CASES, VECTORS])),
    ("J02", By(&[
        "a37_a39_only_three_parts_are_a_token",
        "a47_encrypted_and_nested_tokens_have_their_own_refusal",
        CASES,
        VECTORS,
    ])),
    ("J03", By(&["a38_sizes_are_limited_before_anything_is_decoded"])),
    ("J04", By(&["a38_sizes_are_limited_before_anything_is_decoded"])),
    ("J05", By(&["a34_a35_a36_there_is_one_spelling_of_each_part", CASES])),
    ("J06", By(&["a34_a35_a36_there_is_one_spelling_of_each_part", "every_two_character_tail_has_one_spelling", CASES])),
    ("J07", By(&["j07_header_and_claims_are_utf8", CASES, VECTORS])),
    ("J08", By(&["a40_a41_a42_claims_are_one_strict_object", CASES, VECTORS])),
    ("J09", By(&["a40_a41_a42_claims_are_one_strict_object", CASES])),
    ("J10", By(&["a40_a41_a42_claims_are_one_strict_object", CASES])),
    ("J11", By(&["a1_unsigned_tokens_have_their_own_refusal", CASES, VECTORS])),
    ("J12", By(&["a2_a_public_key_is_never_an_hmac_secret", CASES])),
    ("J13", By(&["a4_the_key_decides_the_algorithm", "a5_an_algorithm_is_for_keys_of_its_type_and_curve", CASES])),
    ("J14", By(&[
        "refuses_psychic_and_out_of_range_ecdsa_signatures",
        "der_signatures_are_for_conversion_alone",
        "signatures_of_another_length_are_refused",
        VECTORS,
    ])),
    ("J15", By(&[VECTORS])),
    ("J16", By(&["ed25519_points_of_low_order_are_refused", VECTORS])),
    ("J17", By(&["signatures_of_another_length_are_refused", "a38_sizes_are_limited_before_anything_is_decoded", CASES])),
    ("J18", By(&["a44_a45_critical_extensions_and_unencoded_payloads_are_refused", CASES])),
    ("J19", By(&[
        "a44_a45_critical_extensions_and_unencoded_payloads_are_refused",
        "a9_a10_keys_and_addresses_in_the_header_are_refused",
        CASES,
    ])),
    ("J20", By(&["a9_a10_keys_and_addresses_in_the_header_are_refused", CASES])),
    ("J21", By(&["a12_a_key_id_is_a_short_visible_string", "s1_31_one_record_a_decision_with_ids_and_nothing_personal", CASES])),
    ("J22", By(&[
        "a12_a_key_id_is_a_short_visible_string",
        "tokens_without_a_key_id_are_for_policies_that_do_not_demand_one",
        CASES,
    ])),
    ("J23", By(&["a46_other_kinds_of_token_are_refused", CASES])),
    ("J24", By(&["a48_dates_are_numbers_in_range", CASES])),
    ("J25", By(&["a48_dates_are_numbers_in_range", CASES])),
    ("J26", By(&["a48_fractions_are_rounded_against_the_bearer", CASES])),
    ("J27", By(&["a51_a52_lifetimes_are_capped_and_leeway_does_not_stretch_them", CASES])),
    ("J28", By(&["required_claims_must_be_there_and_equal", "a48_dates_are_numbers_in_range", CASES])),
    ("J29", By(&["a53_audiences_are_compared_whole", CASES])),
    ("J30", By(&["a54_issuers_are_compared_whole", CASES])),
    ("J31", By(&["a55_scopes_are_sets_of_whole_tokens", "s1_19_s1_c10_the_scope_is_the_endpoints_and_of_one_flow", CASES])),
    ("J32", By(&["a40_a41_a42_claims_are_one_strict_object", "a38_sizes_are_limited_before_anything_is_decoded", CASES])),
    ("J33", By(&["a64_j33_a_forgery_learns_nothing_of_claims", "s1_c8_an_expired_forgery_is_a_forgery", CASES])),
    ("J34", By(&["every_bit_of_a_valid_token_matters", "dropped_doubled_and_swapped_bytes_are_refused"])),
    ("J35", By(&["a16_j35_keys_are_of_one_issuer_whatever_their_ids", CASES])),
    ("J36", By(&["refuses_every_other_form", "s1_15_the_token_comes_in_one_authorization_field"])),
    ("J37", By(&["s1_c2_active_is_never_an_authority_and_false_is_still_no", "a46_other_kinds_of_token_are_refused", CASES])),
    ("J38", By(&["s1_31_j38_ids_that_attack_a_log_are_refused_and_logged_escaped", CASES])),
    ("K01", By(&["k01_a_document_above_the_limit_is_not_read"])),
    ("K02", By(&["k02_more_entries_than_the_limit_are_refused"])),
    ("K03", By(&["k03_what_is_no_set_is_refused_as_what_it_is", "k03_k04_no_bad_document_replaces_a_good_one"])),
    ("K04", By(&["k04_bytes_that_are_no_json_are_refused", "k03_k04_no_bad_document_replaces_a_good_one"])),
    ("K05", By(&["k05_only_a_status_of_200_counts"])),
    ("K06", By(&["k06_keys_of_one_id_are_kept_in_their_order_up_to_four", "a15_up_to_four_keys_of_one_id_are_tried"])),
    ("K07", By(&["k07_moduli_that_are_too_long_are_left_out", "lengths_are_counted_in_true_bits", VECTORS])),
    ("K08", By(&["k08_exponents_outside_the_safe_range_are_left_out"])),
    ("K09", By(&["k09_points_that_are_none_are_left_out"])),
    ("K10", By(&["k10_an_algorithm_that_is_not_the_keys_leaves_it_out", VECTORS])),
    ("K11", By(&["k11_published_secrets_are_left_out_with_an_alarm", "k11_k17_alarms_come_with_the_outcome"])),
    ("K12", By(&["k12_keys_for_other_uses_are_left_out"])),
    ("K13", By(&["k13_a_key_without_alg_serves_its_own_family_and_no_other"])),
    ("K14", By(&["k14_types_and_members_of_the_future_do_not_sink_the_set", "post_quantum_keys_do_not_sink_the_set"])),
    ("K15", By(&["k15_zeros_in_front_of_a_modulus_are_taken_off_and_padding_is_refused"])),
    ("K16", By(&["moduli_with_the_roca_fingerprint_are_refused", VECTORS])),
    ("K17", By(&["k17_the_diff_names_what_came_went_and_changed", "k11_k17_alarms_come_with_the_outcome"])),
    ("K18", By(&["k18_s1_26_keys_outlive_an_outage_until_the_hard_age_and_no_further"])),
    ("K19", By(&["k19_s1_27_a_new_key_is_fetched_and_a_verification_ends_with_the_keys_it_began_with"])),
    ("K20", By(&["k20_l4_of_ten_thousand_callers_with_one_unknown_id_one_fetches"])),
    ("K21", By(&["k21_g14_a_spray_of_key_ids_fetches_once_per_cool_down"])),
    ("K22", By(&["k22_a_rotation_during_a_spray_waits_for_one_cool_down_at_most"])),
    ("K23", By(&["k23_a_failing_endpoint_is_asked_once_per_cool_down_from_the_last_attempt"])),
    ("K24", By(&["k24_answers_of_other_attempts_are_not_taken"])),
    ("K25", By(&["k25_a_lost_ticket_expires_and_the_next_comes_after_the_cool_down"])),
    ("K26", By(&["k26_s1_c11_the_soft_age_is_the_servers_within_limits", "max_age_counts_less_the_age"])),
    ("K27", By(&["k27_ids_are_told_apart_to_the_last_byte"])),
    ("K28", By(&["k28_keys_are_fetched_by_https_from_the_issuers_host_alone"])),
    ("T01", By(&[
        "t01_every_combination_of_moments_is_judged_as_wide_integers_judge_it",
        "t01_no_moment_makes_it_panic",
        "arithmetic_saturates_at_every_corner",
    ])),
    ("T02", By(&[CASES])),
    ("T03", By(&["a50_t03_the_edges_of_time_are_exact", CASES])),
    ("T04", By(&["a51_a52_lifetimes_are_capped_and_leeway_does_not_stretch_them", CASES])),
    ("T05", By(&["unsafe_policies_cannot_be_built_and_name_all_their_problems", "lint_names_what_is_questionable"])),
    ("T06", By(&["a_clock_that_steps_back_re_opens_nothing"])),
    ("T07", By(&[
        "t07_a_clock_that_steps_back_makes_no_key_younger",
        "t07_after_a_step_back_time_goes_on",
        "a_clock_that_steps_back_re_opens_nothing",
    ])),
    ("T08", By(&["t08_one_bad_clock_value_destroys_nothing", "a_clock_that_leaps_ahead_drops_nothing_while_there_is_room"])),
    ("C01", By(&["every_race_has_one_winner", "a_million_presentations_by_many_threads_accept_each_name_once"])),
    ("C02", By(&["names_are_bytes_and_belong_to_their_issuer"])),
    ("C03", By(&["a_thread_that_dies_with_the_lock_loses_nothing", "l7_a_panic_in_a_holder_loses_nothing"])),
    ("C04", By(&["a_full_store_refuses_and_evicts_nothing"])),
    ("C05", By(&["s1_24_refused_requests_burn_nothing", "steps_that_are_refused_add_nothing"])),
    ("C06", By(&["a_replay_is_refused_on_both_sides_of_the_deadline"])),
    ("C07", By(&["one_caller_who_leaps_ahead_ends_nothing_that_lives_beyond_five_minutes"])),
    ("C08", Not("the store in memory has no snapshot; what must outlive a process belongs in Redis or PostgreSQL")),
    ("C09", Not("the store in memory has no snapshot; what must outlive a process belongs in Redis or PostgreSQL")),
    ("C10", By(&[
        "a_store_that_timed_out_after_writing_refuses_then_and_later",
        "a_reservation_whose_answer_was_lost_is_never_made_a_second_time",
    ])),
];

#[test]
fn every_attack_is_tried_or_has_its_reason() {
    catalogue::check(ATTACKS);
    let rows = |letter, last| (1..=last).map(move |number: u8| (letter, number));
    let wide = [rows("J", 38), rows("K", 28), rows("T", 8), rows("C", 10)].into_iter().flatten();
    let wide = wide.map(|(letter, number)| format!("{letter}{number:02}"));
    let all: BTreeSet<String> =
        rows("A", 67).map(|(_, number)| format!("A{number}")).chain(wide).collect();
    assert_eq!(ATTACKS.iter().map(|(row, _)| (*row).to_owned()).collect::<BTreeSet<_>>(), all);
}

/// The file of cases and this catalogue say the same of each other.
#[test]
fn cases_name_the_rows_that_name_them() {
    let cases: Value = serde_json::from_str(include_str!("conformance/tokens.json")).unwrap();
    let shown =
        cases["cases"].as_array().unwrap().iter().filter_map(|case| case["shows"].as_array());
    let by_cases: BTreeSet<&str> = shown.flatten().map(|row| row.as_str().unwrap()).collect();
    let listed =
        ATTACKS.iter().filter(|(_, shown)| matches!(shown, By(names) if names.contains(&CASES)));
    assert_eq!(listed.map(|(row, _)| *row).collect::<BTreeSet<_>>(), by_cases);
}
