//! The rules read out of the four source documents, by number: the tests that show each, or the reason why none
//! does. What is built later says so until it is.

#[path = "common/catalogue.rs"]
mod catalogue;
#[path = "common/sources.rs"]
mod sources;

use std::collections::BTreeSet;
use std::path::Path;

use Shown::{By, Not};
use catalogue::{Catalogue, Shown};

const GATEWAY: &str = "later: the gateway's plan and hand-over; until then every provider verifies";
const OAUTH: &str = "later: oauth, oidc and partner::spotnana";

#[rustfmt::skip]
const RULES: Catalogue = &[
    ("S0-1", By(&["s0_1_skew_age_and_dialect_are_configuration"])),
    ("S0-2", By(&[
        "s0_2_s0_7_the_legs_of_each_model_are_a_table",
        "s0_2_a_leg_that_the_model_does_not_have_can_be_neither_signed_nor_verified",
    ])),
    ("S0-3", By(&[
        "s0_2_s0_3_s0_6_every_leg_of_both_models_is_signed_in_either_scheme",
        "every_value_of_the_drafts_has_its_verdict",
        "every_example_of_rfc_9421_has_its_base_and_its_verdict",
    ])),
    ("S0-4", By(&[
        "s0_4_photographs_are_verified_piece_by_piece",
        "every_change_of_a_body_is_refused",
        "pieces_give_the_verdict_of_the_whole",
    ])),
    ("S0-5", By(&[
        "s0_5_an_app_has_no_secret",
        "s0_5_a_consumer_secret_is_as_long_as_its_hash_and_never_shown",
        "s0_5_backend_and_service_may_sign_with_the_consumer_secret",
    ])),
    ("S0-6", By(&[
        "s0_2_s0_3_s0_6_every_leg_of_both_models_is_signed_in_either_scheme",
        "s0_6_a_key_speaks_for_one_role",
        "s0_6_nobody_signs_with_the_key_of_another",
        "s0_6_enrolled_devices_are_apps_and_nothing_else",
        "take_the_apps_word",
    ])),
    ("S0-7", By(&[
        "s0_7_a_result_that_is_handed_on_is_verified_by_the_services_own_signature",
        "s0_7_a_result_is_confirmed_by_what_the_service_says_itself",
        "s0_7_a_result_under_the_shared_secret_could_be_the_apps",
        "s0_7_without_the_service_a_body_is_nobodys_word",
    ])),
    ("S0-C1", By(&["s0_c1_the_leg_to_the_service_is_signed_unless_mutual_tls_is_declared"])),
    ("S0-C2", Not("document only: a slip of its numbering")),
    ("S1-1", By(&["s1_1_s1_30_a_bank_signs_with_a_key_that_never_leaves_its_hsm"])),
    ("S1-2", Not("by construction: the crate has no socket (`clippy.toml`), and a decision needs keys, a store and a clock alone")),
    ("S1-3", By(&["s1_3_each_flow_has_its_route_scope_and_precondition"])),
    ("S1-3a", By(&["s1_3a_the_account_to_link_is_a_signed_claim"])),
    ("S1-4", By(&["s1_4_s1_21_the_ouid_is_the_subject_in_the_agreed_format"])),
    ("S1-5", By(&["s1_5_s1_16_only_rs256_by_a_named_key"])),
    ("S1-6", By(&["s1_6_orders_travel_in_claims_unless_configured_otherwise"])),
    ("S1-7", Not(GATEWAY)),
    ("S1-8", Not(GATEWAY)),
    ("S1-9", Not(GATEWAY)),
    ("S1-10", Not(GATEWAY)),
    ("S1-11", By(&["s1_11_to_s1_14_routes_are_a_table_and_the_rest_is_refused", "s1_3_each_flow_has_its_route_scope_and_precondition"])),
    ("S1-12", By(&["s1_11_to_s1_14_routes_are_a_table_and_the_rest_is_refused", "s1_3_each_flow_has_its_route_scope_and_precondition"])),
    ("S1-13", By(&["s1_11_to_s1_14_routes_are_a_table_and_the_rest_is_refused", "s1_3_each_flow_has_its_route_scope_and_precondition"])),
    ("S1-14", By(&["s1_11_to_s1_14_routes_are_a_table_and_the_rest_is_refused", "s1_14_paths_may_have_segments_that_vary"])),
    ("S1-15", By(&["s1_15_the_token_comes_in_one_authorization_field", "refuses_every_other_form"])),
    ("S1-16", By(&["s1_5_s1_16_only_rs256_by_a_named_key"])),
    ("S1-17", By(&["s1_17_s1_c1_the_audience_is_invoice_alone"])),
    ("S1-18", By(&["s1_18_s1_c4_exp_and_nbf_and_nbf_only_where_it_is_there"])),
    ("S1-19", By(&["s1_19_s1_c10_the_scope_is_the_endpoints_and_of_one_flow"])),
    ("S1-20", By(&["s1_20_headers_that_choose_the_key_are_refused", "s1_5_s1_16_only_rs256_by_a_named_key"])),
    ("S1-21", By(&["s1_4_s1_21_the_ouid_is_the_subject_in_the_agreed_format"])),
    ("S1-22", Not("document only: bodies and their 201 are the host's; `examples/invoice-provider` has the document's")),
    ("S1-23", By(&["s1_15_the_token_comes_in_one_authorization_field", "s1_11_to_s1_14_routes_are_a_table_and_the_rest_is_refused"])),
    ("S1-24", By(&[
        "s1_24_s1_c12_a_token_is_used_once",
        "s1_24_refused_requests_burn_nothing",
        "s1_14_paths_may_have_segments_that_vary",
    ])),
    ("S1-25", By(&["s1_25_to_s1_27_keys_come_through_the_cache", "k28_keys_are_fetched_by_https_from_the_issuers_host_alone"])),
    ("S1-26", By(&[
        "s1_25_to_s1_27_keys_come_through_the_cache",
        "k18_s1_26_keys_outlive_an_outage_until_the_hard_age_and_no_further",
        "s1_26_age_counts_from_when_the_document_was_asked_for",
    ])),
    ("S1-27", By(&[
        "s1_25_to_s1_27_keys_come_through_the_cache",
        "k19_s1_27_a_new_key_is_fetched_and_a_verification_ends_with_the_keys_it_began_with",
        "k21_g14_a_spray_of_key_ids_fetches_once_per_cool_down",
    ])),
    ("S1-28", Not("document only: TLS is the host's; that keys come by https is with S1-25")),
    ("S1-29", By(&[
        "s1_29_s1_c3_a_lifetime_of_exactly_five_minutes_is_the_limit",
        "a51_a52_lifetimes_are_capped_and_leeway_does_not_stretch_them",
    ])),
    ("S1-30", By(&["s1_1_s1_30_a_bank_signs_with_a_key_that_never_leaves_its_hsm"])),
    ("S1-31", By(&[
        "s1_31_one_record_a_decision_with_ids_and_nothing_personal",
        "s1_31_j38_ids_that_attack_a_log_are_refused_and_logged_escaped",
    ])),
    ("S1-32", By(&[
        "s1_32_to_s1_36_s1_c7_the_documents_table_of_answers",
        "the_documents_profile_says_nothing_that_the_document_does_not_list",
    ])),
    ("S1-33", By(&[
        "s1_32_to_s1_36_s1_c7_the_documents_table_of_answers",
        "the_documents_profile_says_nothing_that_the_document_does_not_list",
        "s1_c8_whoever_cannot_sign_gets_one_answer_for_the_form_and_one_for_the_rest",
    ])),
    ("S1-34", By(&[
        "s1_32_to_s1_36_s1_c7_the_documents_table_of_answers",
        "the_documents_profile_says_nothing_that_the_document_does_not_list",
    ])),
    ("S1-35", By(&[
        "s1_32_to_s1_36_s1_c7_the_documents_table_of_answers",
        "s1_35_an_order_is_carried_out_once_and_answers_with_its_first_result",
    ])),
    ("S1-36", By(&["s1_32_to_s1_36_s1_c7_the_documents_table_of_answers", "s1_36_a_store_that_does_not_answer_refuses"])),
    ("S1-C1", By(&[
        "s1_17_s1_c1_the_audience_is_invoice_alone",
        "s1_c1_the_printed_payload_is_refused_by_default_and_taken_literally_on_request",
    ])),
    ("S1-C2", By(&["s1_c2_active_is_never_an_authority_and_false_is_still_no"])),
    ("S1-C3", By(&["s1_29_s1_c3_a_lifetime_of_exactly_five_minutes_is_the_limit", "s1_c3_a_bank_whose_clock_is_five_seconds_off_works"])),
    ("S1-C4", By(&["s1_18_s1_c4_exp_and_nbf_and_nbf_only_where_it_is_there"])),
    ("S1-C5", By(&[
        "s1_4_s1_21_the_ouid_is_the_subject_in_the_agreed_format",
        "s1_6_orders_travel_in_claims_unless_configured_otherwise",
    ])),
    ("S1-C6", By(&[
        "every_profile_answers_every_code_with_an_error",
        "the_documents_profile_says_nothing_that_the_document_does_not_list",
    ])),
    ("S1-C7", By(&[
        "s1_32_to_s1_36_s1_c7_the_documents_table_of_answers",
        "the_documents_profile_says_nothing_that_the_document_does_not_list",
        "s1_25_to_s1_27_keys_come_through_the_cache",
    ])),
    ("S1-C8", By(&[
        "s1_c8_an_expired_forgery_is_a_forgery",
        "s1_c8_whoever_cannot_sign_gets_one_answer_for_the_form_and_one_for_the_rest",
    ])),
    ("S1-C9", By(&[
        "s1_c9_the_issuer_has_no_default_and_settings_report_all_their_problems",
        "s1_c1_the_printed_payload_is_refused_by_default_and_taken_literally_on_request",
    ])),
    ("S1-C10", By(&["s1_19_s1_c10_the_scope_is_the_endpoints_and_of_one_flow"])),
    ("S1-C11", By(&[
        "k26_s1_c11_the_soft_age_is_the_servers_within_limits",
        "k18_s1_26_keys_outlive_an_outage_until_the_hard_age_and_no_further",
    ])),
    ("S1-C12", By(&["s1_24_s1_c12_a_token_is_used_once", "s1_31_one_record_a_decision_with_ids_and_nothing_personal"])),
    ("S2-1", Not(OAUTH)),
    ("S2-2", Not(OAUTH)),
    ("S2-3", Not(OAUTH)),
    ("S2-4", Not(OAUTH)),
    ("S2-5", Not(OAUTH)),
    ("S2-6", Not(OAUTH)),
    ("S2-7", Not(OAUTH)),
    ("S2-8", Not(OAUTH)),
    ("S2-9", Not(OAUTH)),
    ("S2-10", Not(OAUTH)),
    ("S2-11", Not(OAUTH)),
    ("S2-12", Not(OAUTH)),
    ("S2-13", Not(OAUTH)),
    ("S2-14", Not(OAUTH)),
    ("S2-15", Not(OAUTH)),
    ("S2-16", Not(OAUTH)),
    ("S2-17", By(&["s2_17_s2_20_a_ring_gives_keys_with_their_owner_alone", "a_ring_gives_keys_in_their_time_alone"])),
    ("S2-18", Not(OAUTH)),
    ("S2-19", Not(OAUTH)),
    ("S2-20", By(&[
        "a17_s2_20_who_signs_must_be_whom_the_token_names",
        "s2_17_s2_20_a_ring_gives_keys_with_their_owner_alone",
        "forget_the_owner",
    ])),
    ("S2-C1", By(&["a17_s2_20_who_signs_must_be_whom_the_token_names"])),
    ("S2-C2", Not(OAUTH)),
    ("S2-C3", Not(OAUTH)),
    ("S2-C4", Not(OAUTH)),
    ("S2-C5", Not(OAUTH)),
    ("S3-1", By(&["s3_1_a_webhook_url_is_https_on_a_public_domain"])),
    ("S3-2", Not("document only: where the secret is kept is the host's; the crate never sends or shows it")),
    ("S3-3", By(&["public_vectors_hold", "md5_is_the_documents_recipe"])),
    ("S3-4", By(&["s3_4_a_changed_bio_state_asks_for_a_full_login"])),
    ("S3-5", By(&["s3_5_the_texts_of_the_form_are_the_documents"])),
    ("S3-6", By(&["b13_sdk_codes_of_either_sign_mean_the_same"])),
    ("S3-7", By(&[
        "the_events_of_the_document_are_read_in_their_documented_shape",
        "a_missing_or_repeated_signature_is_refused",
        "an_event_is_accepted_within_its_tolerance_and_not_one_millisecond_beyond",
    ])),
    ("S3-8", By(&[
        "public_vectors_hold",
        "agrees_with_a_live_node_on_fresh_bodies",
        "every_signature_of_the_vectors_over_an_object_is_good",
        "the_outermost_keys_sort_by_code_units_and_the_last_value_counts",
    ])),
    ("S3-9", By(&["b08_a_login_waits_for_its_webhook_and_not_for_long", "s3_9_the_literal_mode_takes_what_was_never_issued_here"])),
    ("S3-10", By(&[
        "s3_10_a_login_request_is_read_strictly",
        "b03_b05_requests_of_a_wrong_form_are_refused_before_anything_is_computed",
    ])),
    ("S3-11", By(&["the_five_steps_log_a_user_in_once", "b06_b10_a_wrong_token_or_time_is_refused_and_uses_nothing_up"])),
    ("S3-C1", By(&["b13_sdk_codes_of_either_sign_mean_the_same"])),
    ("S3-C2", By(&[
        "public_vectors_hold",
        "b07_md5_refuses_secrets_that_it_cannot_tell_from_its_separator",
        "servers_change_recipes_and_keys_without_refusing_anyone",
    ])),
    ("S3-C3", By(&["public_vectors_hold", "md5_is_the_documents_recipe"])),
    ("S3-C4", By(&["secret_data_is_sixteen_bytes_in_their_one_spelling", "b03_b05_requests_of_a_wrong_form_are_refused_before_anything_is_computed"])),
    ("S3-C5", By(&["the_five_steps_log_a_user_in_once", "b11_the_tombstone_outlives_every_webhook_that_could_come_again"])),
    ("S3-C6", By(&[
        "b04_a_challenge_lives_five_minutes_to_the_millisecond",
        "b08_a_login_waits_for_its_webhook_and_not_for_long",
        "b06_b10_a_wrong_token_or_time_is_refused_and_uses_nothing_up",
        "declared_fields_are_let_through_and_cannot_stand_for_others",
    ])),
    ("S3-C7", By(&["forgery_1_a_moved_border_is_refused", "every_other_cut_of_a_genuine_text_is_refused"])),
    ("S3-C8", By(&[
        "the_two_schemes_of_one_field_are_told_apart_and_never_guessed",
        "what_public_code_computes_in_its_place_is_refused",
        "an_official_account_needs_its_app_id",
    ])),
];

#[test]
fn every_rule_is_shown_or_has_its_reason() {
    catalogue::check(RULES);
}

/// The list of rules stands beside the project, not in it; where it is, none of it is forgotten.
#[test]
fn no_rule_of_the_documents_is_missing() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/requirements.md");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: no {}", path.display());
        return;
    };
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let rules: BTreeSet<&str> = words.filter(|word| is_rule(word)).collect();
    assert!(rules.len() >= 100, "{}", rules.len());
    assert_eq!(RULES.iter().map(|(rule, _)| *rule).collect::<BTreeSet<_>>(), rules);
}

/// `S`, the document's digit, and a number with or without a letter: `S1-3a`, `S1-C12`.
fn is_rule(word: &str) -> bool {
    let Some((document, rule)) = word.split_once('-') else { return false };
    let number = rule.strip_prefix('C').unwrap_or(rule).trim_end_matches('a');
    ["S0", "S1", "S2", "S3"].contains(&document)
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
}
