//! What the reason codes of ISO 20022 (external code set `ExternalStatusReason1Code`) say to an operator.

use super::Page;

/// Code, Traditional Chinese, English.
const REASONS: [(&str, &str, &str); 17] = [
    ("AB03", "結算逾時", "settlement took too long"),
    ("AB05", "收款銀行沒有及時回應", "the creditor agent did not answer in time"),
    ("AB08", "收款銀行離線", "the creditor agent is offline"),
    ("AC01", "戶口號碼不對", "wrong account number"),
    ("AC03", "收款戶口號碼不對", "wrong creditor account"),
    ("AC04", "戶口已結束", "account closed"),
    ("AC06", "戶口凍結", "account blocked"),
    ("AG10", "付款銀行暫停", "the debtor agent is suspended"),
    ("AG11", "收款銀行暫停", "the creditor agent is suspended"),
    ("AM02", "超過限額", "above the limit"),
    ("AM23", "超過每日限額", "above the daily limit"),
    ("AM04", "頭寸不足", "not enough liquidity"),
    ("AM05", "重複的編號", "duplicate id"),
    ("BE01", "收款戶口已更改", "the payee's account has changed"),
    ("BE23", "號碼未登記", "unknown proxy"),
    ("DT04", "日期太遠", "date too far away"),
    ("MS03", "銀行沒有說明", "no reason given"),
];

/// The reason in words; empty for a code without them.
pub(super) fn words(page: &Page, code: &str) -> &'static str {
    REASONS.iter().find(|(known, ..)| *known == code).map_or("", |(_, zh, en)| page.say(zh, en))
}
