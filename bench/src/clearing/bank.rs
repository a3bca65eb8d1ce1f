//! The banks of a load: what they pay, and what they answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use payments::clearing::{Answer, CreditTransfer, ForwardedPayment, Particulars, Verdict};
use payments::money::{Amount, Currency};
use payments::participant::ClearingCode;
use payments::{Submission, Switch};
use store::Timestamp;
use uuid::Uuid;

/// Clearing codes that no bank of the demo has.
const CODES: [&str; 8] = ["901", "902", "903", "904", "905", "906", "907", "908"];
/// What each bank may spend, in cents: more than a run can move.
const FUNDS: i64 = 100_000_000_000_000;
/// Bytes of a payment's message, as banks of today send them.
const BODY: usize = 600;

/// Makes payments between the banks.
pub(crate) struct Payments {
    pub(crate) banks: Vec<ClearingCode>,
    /// Whether `TxId` is random (a UUIDv4) or counts up, as most banks' do.
    pub(crate) random_ids: bool,
    /// From when end-to-end ids count, so that whoever reads one knows when its payment was due.
    pub(crate) began: Instant,
    /// Tells the payments of this run from those of earlier ones.
    run: i64,
    next: AtomicU64,
}

impl Payments {
    /// Takes the banks in and funds them; those of an earlier run are there already.
    pub(crate) async fn prepare(switch: &Switch, random_ids: bool) -> anyhow::Result<Self> {
        let mut banks = Vec::new();
        for code in CODES {
            let bank: ClearingCode = code.parse().context("clearing code")?;
            let name = format!("Bench {code}");
            let particulars = Particulars { bic: None, name_zh: name.clone(), name_en: name };
            switch.add_participant("bench", bank, particulars).await?;
            switch.fund(["bench", "another"], bank, Amount::new(FUNDS, Currency::Hkd)?).await?;
            banks.push(bank);
        }
        Ok(Self { banks, random_ids, began: Instant::now(), run: now().micros(), next: AtomicU64::new(0) })
    }

    /// `count` payments of the bank with this index to all others in turn, due at `due`.
    pub(crate) fn make(&self, from: usize, count: usize, due: Instant) -> anyhow::Result<Vec<Submission>> {
        let due = due.saturating_duration_since(self.began).as_micros();
        (0..count).map(|_| self.one(from, due)).collect()
    }

    fn one(&self, from: usize, due: u128) -> anyhow::Result<Submission> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let others = self.banks.len() - 1;
        let to = (from + 1 + usize::try_from(number)? % others) % self.banks.len();
        let (from, to) = (self.banks[from], self.banks[to]);
        let accepted = now();
        let transaction_id =
            if self.random_ids { random().simple().to_string() } else { format!("{}{number:014}", self.run) };
        let transfer = CreditTransfer {
            instruction_id: None,
            end_to_end_id: format!("{due:012}-{number}"),
            uetr: random(),
            amount: Amount::new(i64::try_from(100 + number % 9_900)?, Currency::Hkd)?,
            settlement_date: accepted.to_utc().date(),
            accepted,
            debtor_name: "KWOK Ka Yan".to_owned(),
            debtor_account: format!("{from}-100001-001"),
            debtor_agent: from,
            creditor_agent: to,
            creditor_name: "CHAN Tai Man".to_owned(),
            creditor_account: format!("{to}-100001-001"),
            creditor_proxy: None,
            lookup_reference: None,
            remittance_information: None,
            request_to_pay: None,
            transaction_id,
        };
        let body = body(&transfer);
        Ok(Submission { transfer, body })
    }

    /// When the payment with this end-to-end id was due.
    pub(crate) fn due(&self, end_to_end_id: &str) -> Option<Instant> {
        let micros = end_to_end_id.split('-').next()?.parse().ok()?;
        Some(self.began + std::time::Duration::from_micros(micros))
    }
}

const ID_BEGINS: &str = "<TxId>";
const ID_ENDS: &str = "</TxId>";

/// The message's own text, filled up to its usual length. The engine keeps and forwards it; it does not read it.
fn body(transfer: &CreditTransfer) -> Vec<u8> {
    let CreditTransfer { transaction_id, end_to_end_id, uetr, amount, debtor_account, creditor_account, .. } = transfer;
    let mut body = format!(
        "<CdtTrfTxInf><PmtId><EndToEndId>{end_to_end_id}</EndToEndId>{ID_BEGINS}{transaction_id}{ID_ENDS}\
         <UETR>{uetr}</UETR></PmtId><IntrBkSttlmAmt Ccy=\"HKD\">{amount}</IntrBkSttlmAmt>\
         <DbtrAcct>{debtor_account}</DbtrAcct><CdtrAcct>{creditor_account}</CdtrAcct><RmtInf><Ustrd>"
    )
    .into_bytes();
    let end = b"</Ustrd></RmtInf></CdtTrfTxInf>";
    body.resize(BODY - end.len(), b'.');
    body.extend_from_slice(end);
    body
}

/// The creditor agent accepts what it was sent.
pub(crate) fn accept(payment: &ForwardedPayment) -> anyhow::Result<Answer> {
    let body = std::str::from_utf8(&payment.body)?;
    let id = body.split_once(ID_BEGINS).and_then(|(_, rest)| rest.split_once(ID_ENDS)).context("a payment's TxId")?.0;
    Ok(Answer { original_uetr: payment.uetr, original_transaction_id: id.to_owned(), verdict: Verdict::Accepted })
}

#[allow(clippy::disallowed_methods)] // a load has no other clock
pub(crate) fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
}

#[allow(clippy::disallowed_methods)] // as banks make them
fn random() -> Uuid {
    Uuid::new_v4()
}
