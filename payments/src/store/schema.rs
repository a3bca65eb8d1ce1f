//! The tables of clearing, in the types that both databases know. See `migrations/*/0003_clearing`,
//! `0008_events_about_payments`, `0009_days_and_keys`, `0011_limits_and_presence`, `0012_operators_and_obligations`,
//! `0013_business_days` and `0014_archives`.

diesel::table! {
    log_head (id) {
        id -> SmallInt,
        seq -> BigInt,
        hash -> Binary,
        business_day -> Integer,
    }
}

diesel::table! {
    log_day (business_day) {
        business_day -> Integer,
        first_seq -> BigInt,
    }
}

diesel::table! {
    batch (last_seq) {
        last_seq -> BigInt,
        first_seq -> BigInt,
        recorded -> BigInt,
        previous_hash -> Binary,
        hash -> Binary,
    }
}

diesel::table! {
    payment (seq) {
        seq -> BigInt,
        recorded -> BigInt,
        business_day -> Integer,
        debtor_agent -> SmallInt,
        creditor_agent -> SmallInt,
        currency -> SmallInt,
        amount -> BigInt,
        transaction_id -> Text,
        end_to_end_id -> Text,
        uetr -> Binary,
        accepted -> BigInt,
        deadline -> BigInt,
        reason -> Nullable<Text>,
        fingerprint -> Binary,
        body -> Binary,
        digest -> Binary,
    }
}

diesel::table! {
    outcome (seq) {
        seq -> BigInt,
        recorded -> BigInt,
        business_day -> Integer,
        payment -> BigInt,
        ending -> Text,
        reason -> Nullable<Text>,
        digest -> Binary,
    }
}

diesel::table! {
    payment_key (key, seq) {
        key -> BigInt,
        seq -> BigInt,
    }
}

diesel::table! {
    projection (id) {
        id -> SmallInt,
        seq -> BigInt,
    }
}

diesel::table! {
    event (seq) {
        seq -> BigInt,
        recorded -> BigInt,
        participant -> SmallInt,
        actor -> Text,
        kind -> Text,
        currency -> Nullable<SmallInt>,
        amount -> Nullable<BigInt>,
        detail -> Nullable<Text>,
        digest -> Binary,
        payment -> Nullable<BigInt>,
        counterparty -> Nullable<SmallInt>,
        reference -> Nullable<Text>,
    }
}

diesel::table! {
    participant (clearing_code) {
        clearing_code -> SmallInt,
        bic -> Nullable<Text>,
        name_zh -> Text,
        name_en -> Text,
        suspended -> Bool,
        added -> BigInt,
        blocked -> Bool,
        is_offline -> Bool,
        app_link -> Nullable<Text>,
    }
}

diesel::table! {
    participant_certificate (thumbprint) {
        thumbprint -> Binary,
        participant -> SmallInt,
        added -> BigInt,
        revoked -> Nullable<BigInt>,
    }
}

diesel::table! {
    position (participant, currency) {
        participant -> SmallInt,
        currency -> SmallInt,
        balance -> BigInt,
        reserved -> BigInt,
        net_debit_cap -> BigInt,
        payment_maximum -> Nullable<BigInt>,
        daily_maximum -> Nullable<BigInt>,
        low_liquidity -> Nullable<BigInt>,
        sent_day -> Integer,
        sent -> BigInt,
        is_low -> Bool,
        payments_out_count -> BigInt,
        payments_out -> BigInt,
        payments_in_count -> BigInt,
        payments_in -> BigInt,
        returns_out_count -> BigInt,
        returns_out -> BigInt,
        returns_in_count -> BigInt,
        returns_in -> BigInt,
        funding_count -> BigInt,
        funding -> BigInt,
        withdrawals_count -> BigInt,
        withdrawals -> BigInt,
    }
}

diesel::table! {
    operator (name) {
        name -> Text,
        role -> Text,
        token_digest -> Binary,
        added -> BigInt,
        added_by -> Text,
        removed -> Nullable<BigInt>,
        removed_by -> Nullable<Text>,
    }
}

diesel::table! {
    obligation (payment, owed) {
        payment -> BigInt,
        owed -> Text,
        participant -> SmallInt,
        since -> BigInt,
    }
}

diesel::table! {
    proposal (id) {
        id -> BigInt,
        participant -> SmallInt,
        movement -> Text,
        currency -> SmallInt,
        amount -> BigInt,
        idempotency_key -> Text,
        proposed_by -> Text,
        proposed -> BigInt,
        expires -> BigInt,
        approved -> Nullable<Bool>,
        decided_by -> Nullable<Text>,
        decided -> Nullable<BigInt>,
    }
}

diesel::table! {
    participant_heard (participant) {
        participant -> SmallInt,
        heard -> BigInt,
    }
}

diesel::table! {
    closed_day (business_day) {
        business_day -> Integer,
        next_day -> Integer,
        first_seq -> BigInt,
        last_seq -> BigInt,
        opened -> BigInt,
        closed -> BigInt,
        archive -> Nullable<Text>,
        removed -> Bool,
    }
}

diesel::table! {
    archived_payment (seq) {
        seq -> BigInt,
        recorded -> BigInt,
        business_day -> Integer,
        debtor_agent -> SmallInt,
        creditor_agent -> SmallInt,
        currency -> SmallInt,
        amount -> BigInt,
        transaction_id -> Text,
        end_to_end_id -> Text,
        uetr -> Binary,
        accepted -> BigInt,
        deadline -> BigInt,
        reason -> Nullable<Text>,
        fingerprint -> Binary,
        outcome_seq -> Nullable<BigInt>,
        outcome_recorded -> Nullable<BigInt>,
        outcome_day -> Nullable<Integer>,
        ending -> Nullable<Text>,
        outcome_reason -> Nullable<Text>,
    }
}

diesel::table! {
    checkpoint (business_day) {
        business_day -> Integer,
        jws -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(payment, outcome, archived_payment);
diesel::allow_tables_to_appear_in_same_query!(closed_day, checkpoint);
