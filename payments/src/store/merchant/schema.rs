//! The tables of merchants. See `migrations/*/0017_merchant_programs`, `0032_merchants`,
//! `0033_merchant_receipts` and `0043_return_addresses`.

diesel::table! {
    merchant (id) {
        id -> Binary,
        participant -> SmallInt,
        request_id -> Binary,
        name_zh -> Text,
        name_en -> Text,
        category -> SmallInt,
        fps_id -> Text,
        account_token -> Text,
        status -> SmallInt,
        created_at -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::table! {
    merchant_till (merchant, label) {
        merchant -> Binary,
        label -> Text,
        added_at -> BigInt,
    }
}

diesel::table! {
    merchant_member (merchant, person) {
        merchant -> Binary,
        person -> Binary,
        role -> SmallInt,
        since -> BigInt,
    }
}

diesel::table! {
    merchant_invitation (digest) {
        digest -> Binary,
        merchant -> Binary,
        role -> SmallInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    merchant_audit (id) {
        id -> Binary,
        merchant -> Binary,
        at -> BigInt,
        actor -> Text,
        act -> Text,
        subject -> Nullable<Text>,
    }
}

diesel::table! {
    merchant_program (client_id) {
        client_id -> Text,
        merchant -> Binary,
        added_at -> BigInt,
        removed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    merchant_return_address (client_id, url) {
        client_id -> Text,
        url -> Text,
    }
}

diesel::table! {
    merchant_return (request) {
        request -> Text,
        client_id -> Text,
        url -> Text,
    }
}

diesel::table! {
    merchant_webhook (merchant) {
        merchant -> Binary,
        url -> Text,
        since -> BigInt,
    }
}

diesel::table! {
    merchant_delivery (id) {
        id -> Binary,
        merchant -> Binary,
        event -> Text,
        created_at -> BigInt,
        due_at -> BigInt,
        attempts -> BigInt,
        delivered_at -> Nullable<BigInt>,
        failure -> Nullable<Text>,
    }
}

diesel::table! {
    merchant_feed (id) {
        id -> SmallInt,
        seq -> BigInt,
    }
}

diesel::table! {
    merchant_follow (id) {
        id -> SmallInt,
        seq -> BigInt,
    }
}

diesel::table! {
    merchant_receipt (payment) {
        payment -> BigInt,
        seq -> BigInt,
        merchant -> Binary,
        settled_at -> BigInt,
        business_day -> Integer,
        currency -> SmallInt,
        amount -> BigInt,
        debtor_agent -> SmallInt,
        payer -> Text,
        uetr -> Binary,
        transaction_id -> Text,
        end_to_end_id -> Text,
        till -> Nullable<Text>,
        bill_number -> Nullable<Text>,
        refunded -> BigInt,
        refunding -> BigInt,
    }
}

diesel::table! {
    merchant_day_total (merchant, business_day, currency, till) {
        merchant -> Binary,
        business_day -> Integer,
        currency -> SmallInt,
        till -> Text,
        count -> BigInt,
        received -> BigInt,
        refund_count -> BigInt,
        refunded -> BigInt,
    }
}

diesel::table! {
    merchant_refund (id) {
        id -> Binary,
        merchant -> Binary,
        payment -> BigInt,
        amount -> BigInt,
        state -> SmallInt,
        instructed_at -> BigInt,
        finished_at -> Nullable<BigInt>,
        business_day -> Nullable<Integer>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(merchant, merchant_member);
diesel::allow_tables_to_appear_in_same_query!(merchant_refund, merchant_receipt);
diesel::allow_tables_to_appear_in_same_query!(merchant_return, merchant_return_address, merchant_program);
