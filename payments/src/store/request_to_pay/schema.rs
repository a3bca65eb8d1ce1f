//! The tables of requests to pay, as both databases have them (migrations `0030_request_to_pay`,
//! `0042_merchant_changes` and `0045_presented_codes`).

diesel::table! {
    request_to_pay (id) {
        id -> Text,
        number -> BigInt,
        reference -> Text,
        created_by -> Text,
        created -> BigInt,
        creditor_agent -> SmallInt,
        creditor_account -> Text,
        creditor_name_zh -> Nullable<Text>,
        creditor_name_en -> Nullable<Text>,
        merchant -> Nullable<Text>,
        till -> Nullable<Text>,
        debtor_agent -> Nullable<SmallInt>,
        debtor_account -> Nullable<Text>,
        currency -> SmallInt,
        amount -> BigInt,
        less_allowed -> Bool,
        purpose -> Nullable<Text>,
        bill_number -> Nullable<Text>,
        due -> Nullable<Integer>,
        expires -> BigInt,
        state -> SmallInt,
        reason -> Nullable<Text>,
        payment -> Nullable<BigInt>,
        paid_amount -> Nullable<BigInt>,
        changed -> BigInt,
    }
}

diesel::table! {
    request_to_pay_change (seq) {
        seq -> BigInt,
        request -> Text,
        state -> SmallInt,
        reason -> Nullable<Text>,
        at -> BigInt,
        payment -> Nullable<BigInt>,
        paid_amount -> Nullable<BigInt>,
        creditor_agent -> SmallInt,
        debtor_agent -> Nullable<SmallInt>,
        merchant -> Nullable<Text>,
    }
}

diesel::table! {
    request_to_pay_feed (id) {
        id -> SmallInt,
        last_seq -> BigInt,
    }
}

diesel::joinable!(request_to_pay_change -> request_to_pay (request));
diesel::allow_tables_to_appear_in_same_query!(request_to_pay_change, request_to_pay);

diesel::table! {
    presented_code (id) {
        id -> Binary,
        token_digest -> Binary,
        debtor_agent -> SmallInt,
        currency -> SmallInt,
        most -> BigInt,
        consent -> Text,
        created -> BigInt,
        withdrawn -> Bool,
        request -> Nullable<Text>,
    }
}
