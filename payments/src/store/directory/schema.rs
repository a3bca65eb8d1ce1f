//! The directory's tables, as both databases have them (migrations `0004_directory`, `0023_fps_ids`,
//! `0025_directory_layout`).

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
