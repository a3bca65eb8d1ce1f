//! The directory's tables, as both databases have them (migration `0004_directory`).

diesel::table! {
    directory_entry (id) {
        id -> Binary,
        proxy_hash -> Binary,
        participant -> SmallInt,
        account_token -> Text,
        sealed -> Binary,
        is_default -> Bool,
        version -> BigInt,
        created_at -> BigInt,
        changed_at -> BigInt,
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
