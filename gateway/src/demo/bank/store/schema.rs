//! The tables of `migrations/bank`, as diesel knows them.

diesel::table! {
    account (number) {
        number -> Text,
        balance -> BigInt,
    }
}

diesel::table! {
    posting (seq) {
        seq -> BigInt,
        debit -> Text,
        credit -> Text,
        amount -> BigInt,
        uetr -> Nullable<Binary>,
        posted -> BigInt,
    }
}

diesel::table! {
    outgoing (uetr) {
        uetr -> Binary,
        debtor_account -> Text,
        debtor_name -> Text,
        amount -> BigInt,
        creditor_agent -> SmallInt,
        creditor_bank_zh -> Text,
        creditor_bank_en -> Text,
        creditor_account -> Text,
        creditor_name_zh -> Text,
        creditor_name_en -> Text,
        proxy_kind -> Text,
        proxy_value -> Text,
        lookup_reference -> Text,
        remittance_information -> Nullable<Text>,
        request_to_pay -> Nullable<Text>,
        till -> Nullable<Text>,
        state -> Text,
        reason -> Nullable<Text>,
        created -> BigInt,
        accepted -> Nullable<BigInt>,
        finished -> Nullable<BigInt>,
    }
}

diesel::table! {
    presented (id) {
        id -> Binary,
        account -> Text,
        most -> BigInt,
        code -> Text,
        expires -> BigInt,
        payment -> Nullable<Binary>,
        over -> Bool,
    }
}

diesel::table! {
    incoming (uetr) {
        uetr -> Binary,
        transaction_id -> Text,
        account -> Nullable<Text>,
        amount -> BigInt,
        debtor_name -> Text,
        remittance_information -> Nullable<Text>,
        state -> Text,
        reason -> Nullable<Text>,
        received -> BigInt,
        finished -> Nullable<BigInt>,
    }
}

diesel::table! {
    proxy_link (kind, value) {
        kind -> Text,
        value -> Text,
        account -> Text,
        account_token -> Nullable<Text>,
        asked -> BigInt,
    }
}

diesel::table! {
    inbox_cursor (id) {
        id -> BigInt,
        seq -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(posting, incoming);

diesel::table! {
    returned (uetr, return_id) {
        uetr -> Binary,
        return_id -> Text,
        amount -> BigInt,
        received -> BigInt,
    }
}

diesel::table! {
    given_back (return_id) {
        return_id -> Text,
        uetr -> Binary,
        transaction_id -> Text,
        refund -> Nullable<Binary>,
        recall -> Nullable<Text>,
        payers_bank -> Nullable<SmallInt>,
        amount -> BigInt,
        state -> Text,
    }
}

diesel::table! {
    directory_cursor (id) {
        id -> BigInt,
        seq -> BigInt,
    }
}
