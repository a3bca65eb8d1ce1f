//! The tables of migration `0002_residents`, in types that both databases know.

diesel::table! {
    resident (id) {
        id -> Binary,
        hkid_hash -> Binary,
        wrapped_key -> Binary,
        sealed -> Binary,
        state -> Text,
        registered_at -> BigInt,
        activated_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    activation (id) {
        id -> Binary,
        resident_id -> Binary,
        code_hash -> Binary,
        issued_at -> BigInt,
        expires_at -> BigInt,
        beginnings -> BigInt,
    }
}

diesel::table! {
    activation_session (secret_hash) {
        secret_hash -> Binary,
        activation_id -> Binary,
        resident_id -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    passkey (id) {
        id -> Binary,
        resident_id -> Binary,
        credential_id -> Binary,
        credential -> Text,
        label -> Text,
        backed_up -> Bool,
        created_at -> BigInt,
        last_used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    ceremony (secret_hash) {
        secret_hash -> Binary,
        kind -> Text,
        state -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    session (id) {
        id -> Binary,
        secret_hash -> Binary,
        resident_id -> Binary,
        auth_time -> BigInt,
        last_seen -> BigInt,
        expires_at -> BigInt,
        amr -> Text,
        acr -> Text,
    }
}

diesel::table! {
    consent (id) {
        id -> Binary,
        resident_id -> Binary,
        client_id -> Text,
        scopes -> Text,
        claims -> Text,
        granted_at -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    signing_key (kid) {
        kid -> Text,
        algorithm -> Text,
        wrapped -> Binary,
        state -> Text,
        created_at -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    identity_audit (seq) {
        seq -> BigInt,
        at -> BigInt,
        actor -> Text,
        act -> Text,
        subject -> Text,
        detail -> Text,
        hash -> Binary,
    }
}

diesel::table! {
    identity_audit_head (id) {
        id -> BigInt,
        seq -> BigInt,
        hash -> Binary,
    }
}

diesel::table! {
    password (resident_id) {
        resident_id -> Binary,
        user_name_hash -> Binary,
        hash -> Text,
        changed_at -> BigInt,
    }
}

diesel::table! {
    sign_in_tally (key_hash) {
        key_hash -> Binary,
        attempts -> BigInt,
        since -> BigInt,
        trusted_until -> Nullable<BigInt>,
        expires_at -> BigInt,
    }
}

diesel::joinable!(password -> resident (resident_id));
diesel::joinable!(session -> resident (resident_id));
diesel::joinable!(consent -> resident (resident_id));
diesel::joinable!(passkey -> resident (resident_id));
diesel::allow_tables_to_appear_in_same_query!(resident, session, passkey, password, consent);
