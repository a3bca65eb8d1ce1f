//! The directory's tables, as both databases have them (migrations `0004_directory`, `0023_fps_ids`,
//! `0025_directory_layout`, `0028_lookups` and `0029_directory_import`).

diesel::table! {
    directory_entry (proxy_hash, participant) {
        changed_at -> BigInt,
        version -> Integer,
        proven_on -> Integer,
        last_used_on -> Integer,
        participant -> SmallInt,
        currencies -> SmallInt,
        status -> SmallInt,
        is_default -> Bool,
        proxy_hash -> Binary,
        id -> Binary,
        sealed -> Binary,
        owner_key -> Nullable<Binary>,
    }
}

diesel::table! {
    directory_audit (id) {
        id -> Binary,
        entry_id -> Binary,
        participant -> SmallInt,
        purpose -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    fps_id (number) {
        number -> Text,
        participant -> SmallInt,
        request_id -> Binary,
        issued_at -> BigInt,
    }
}

diesel::table! {
    directory_bucket (bucket_key) {
        bucket_key -> Binary,
        full_at -> BigInt,
    }
}

diesel::table! {
    directory_refund (reference) {
        reference -> Binary,
        expires_at -> BigInt,
    }
}

diesel::table! {
    directory_read_batch (seq) {
        seq -> BigInt,
        reads -> Binary,
    }
}

diesel::table! {
    directory_read_run (run) {
        run -> BigInt,
        filed_at -> BigInt,
    }
}

diesel::table! {
    directory_read (run, entry_id, ordinal) {
        run -> BigInt,
        ordinal -> Integer,
        participant -> SmallInt,
        purpose -> SmallInt,
        at -> BigInt,
        entry_id -> Binary,
    }
}

diesel::table! {
    directory_import (source) {
        source -> Binary,
        done -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(directory_read, directory_read_run);
