//! The tables of the OpenID provider, in types that both databases know.

diesel::table! {
    client (client_id) {
        client_id -> Text,
        metadata -> Text,
        registered_at -> BigInt,
        stopped_at -> Nullable<BigInt>,
        resumed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    pairwise_subject (resident_id, sector) {
        resident_id -> Binary,
        sector -> Text,
        subject -> Text,
    }
}

diesel::table! {
    pushed_request (reference_hash) {
        reference_hash -> Binary,
        client_id -> Text,
        request -> Text,
        expires_at -> BigInt,
        is_used -> Bool,
    }
}

diesel::table! {
    interaction (id) {
        id -> Binary,
        browser_hash -> Binary,
        client_id -> Text,
        request -> Text,
        pushed_hash -> Nullable<Binary>,
        begun_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    oauth_grant (id) {
        id -> Binary,
        consent_id -> Binary,
        resident_id -> Binary,
        client_id -> Text,
        subject -> Text,
        scopes -> Text,
        resources -> Text,
        authorization_details -> Nullable<Text>,
        userinfo_claims -> Text,
        id_token_claims -> Text,
        nonce -> Nullable<Text>,
        auth_time -> BigInt,
        amr -> Text,
        acr -> Text,
        redirect_uri -> Text,
        code_hash -> Binary,
        code_challenge -> Nullable<Text>,
        dpop_jkt -> Nullable<Text>,
        code_expires_at -> BigInt,
        is_code_used -> Bool,
        expires_at -> BigInt,
        session_id -> Nullable<Binary>,
        claims_locale -> Nullable<Text>,
    }
}

diesel::table! {
    session_client (session_id, client_id) {
        session_id -> Binary,
        client_id -> Text,
        subject -> Text,
        since -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    logout_notice (id) {
        id -> Binary,
        session_id -> Binary,
        client_id -> Text,
        subject -> Text,
        attempts -> BigInt,
        due_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    access_token (id) {
        id -> Binary,
        grant_id -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    refresh_token (token_hash) {
        token_hash -> Binary,
        grant_id -> Binary,
        confirmation -> Nullable<Text>,
        issued_at -> BigInt,
        expires_at -> BigInt,
        ends_at -> BigInt,
        replaced_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    ended_access_token (id) {
        id -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    used_assertion (id_hash) {
        id_hash -> Binary,
        expires_at -> BigInt,
    }
}

diesel::joinable!(access_token -> oauth_grant (grant_id));
diesel::joinable!(oauth_grant -> resident (resident_id));
diesel::allow_tables_to_appear_in_same_query!(access_token, ended_access_token, oauth_grant, resident, signing_key);

use crate::store::schema::{resident, signing_key};
