//! The directory's tables, as both databases have them (migrations `0004_directory`, `0022_directory_import_runs` and
//! `0023_fps_ids` to `0046_directory_import_stretches`).

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
        through -> Nullable<BigInt>,
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
    directory_read_block (run, first) {
        run -> BigInt,
        first -> Binary,
        reads -> Binary,
    }
}

diesel::table! {
    directory_import (source) {
        source -> Binary,
        done -> BigInt,
        reaching -> BigInt,
        within -> BigInt,
    }
}

diesel::table! {
    directory_import_run (id) {
        id -> Binary,
        source -> Binary,
        actor -> Text,
        changed_at -> BigInt,
        done_before -> BigInt,
        added -> BigInt,
        known -> BigInt,
        default_elsewhere -> BigInt,
    }
}

diesel::table! {
    directory_digest (participant) {
        participant -> SmallInt,
        entries -> BigInt,
        digest -> Binary,
    }
}

diesel::table! {
    directory_digest_change (seq) {
        seq -> BigInt,
        participant -> SmallInt,
        entries -> BigInt,
        digest -> Binary,
    }
}

diesel::table! {
    directory_claim (id) {
        id -> Binary,
        proxy_hash -> Binary,
        kind -> SmallInt,
        state -> SmallInt,
        claimant -> SmallInt,
        donor -> SmallInt,
        claimant_proved -> Bool,
        donor_proved -> Bool,
        cancelled -> Nullable<SmallInt>,
        currencies -> SmallInt,
        sealed -> Binary,
        owner_key -> Nullable<Binary>,
        opened_at -> BigInt,
        changed_at -> BigInt,
        deadline -> BigInt,
    }
}

diesel::table! {
    directory_inbox (participant) {
        participant -> SmallInt,
        last_seq -> BigInt,
    }
}

diesel::table! {
    directory_notice (participant, seq) {
        participant -> SmallInt,
        seq -> BigInt,
        kind -> Text,
        subject -> Binary,
        at -> BigInt,
    }
}

diesel::table! {
    directory_proof (proxy_hash, participant) {
        proxy_hash -> Binary,
        participant -> SmallInt,
        code_hash -> Binary,
        tries -> SmallInt,
        sends -> SmallInt,
        since -> BigInt,
        sent_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    directory_alert (id) {
        id -> Binary,
        subject_hash -> Binary,
        subject_kind -> Text,
        effect -> SmallInt,
        reason -> SmallInt,
        raised_by -> SmallInt,
        actor -> Nullable<Text>,
        withdrawn_by -> Nullable<Text>,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    directory_infraction (id) {
        id -> Binary,
        entry_id -> Binary,
        proxy_subject -> Binary,
        account_subject -> Binary,
        owner_subject -> Nullable<Binary>,
        uetr -> Nullable<Binary>,
        reporter -> SmallInt,
        reported -> SmallInt,
        reason -> SmallInt,
        state -> SmallInt,
        agreed_on -> Nullable<Integer>,
        reported_at -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    directory_suspicion_version (id) {
        id -> Integer,
        version -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(directory_read, directory_read_run);
diesel::allow_tables_to_appear_in_same_query!(directory_digest, directory_digest_change);
