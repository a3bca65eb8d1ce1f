//! Whose code it is: the schemes of the region and the card networks, by the ids under which they stand in a payload.

use super::merchant::{MerchantAccount, MerchantPayload};

/// A payment scheme that is known by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Hong Kong's Faster Payment System.
    Fps,
    /// Singapore: PayNow.
    PayNow,
    /// Singapore: the common code's own data, beside the schemes in it.
    Sgqr,
    /// Thailand: PromptPay.
    PromptPay,
    /// Brazil: Pix.
    Pix,
    /// Indonesia: QRIS.
    Qris,
    /// Vietnam: VietQR by NAPAS.
    VietQr,
    /// Cambodia: KHQR by Bakong.
    Khqr,
    /// Malaysia: DuitNow.
    DuitNow,
    /// The Philippines: QR Ph.
    QrPh,
    /// India: UPI, as Bharat QR.
    Upi,
    /// Card networks, by the numbers that EMVCo gave them.
    Visa,
    /// See [`Scheme::Visa`].
    Mastercard,
    /// See [`Scheme::Visa`].
    Discover,
    /// See [`Scheme::Visa`].
    AmericanExpress,
    /// See [`Scheme::Visa`].
    Jcb,
    /// See [`Scheme::Visa`].
    UnionPay,
}

/// Unique ids in lower case, and whether something may follow.
const UNIQUE_IDS: [(&str, bool, Scheme); 11] = [
    ("hk.com.hkicl", false, Scheme::Fps),
    ("sg.paynow", false, Scheme::PayNow),
    ("sg.sgqr", false, Scheme::Sgqr),
    // Transfers, bills, and their cross-border variants have ids of their own.
    ("a0000006770101", true, Scheme::PromptPay),
    ("br.gov.bcb.pix", false, Scheme::Pix),
    ("id.co.qris.", true, Scheme::Qris),
    ("a000000727", false, Scheme::VietQr),
    ("a0000006150001", false, Scheme::DuitNow),
    ("ph.ppmi.", true, Scheme::QrPh),
    ("com.p2pqrpay", false, Scheme::QrPh),
    ("a000000524", true, Scheme::Upi),
];

impl Scheme {
    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fps => "FPS (Hong Kong)",
            Self::PayNow => "PayNow (Singapore)",
            Self::Sgqr => "SGQR (Singapore)",
            Self::PromptPay => "PromptPay (Thailand)",
            Self::Pix => "Pix (Brazil)",
            Self::Qris => "QRIS (Indonesia)",
            Self::VietQr => "VietQR (Vietnam)",
            Self::Khqr => "KHQR (Cambodia)",
            Self::DuitNow => "DuitNow (Malaysia)",
            Self::QrPh => "QR Ph (Philippines)",
            Self::Upi => "UPI (India)",
            Self::Visa => "Visa",
            Self::Mastercard => "Mastercard",
            Self::Discover => "Discover",
            Self::AmericanExpress => "American Express",
            Self::Jcb => "JCB",
            Self::UnionPay => "UnionPay",
        }
    }

    /// The scheme of one account of a payload; `None` when it is not known here.
    pub fn of(account: &MerchantAccount, payload: &MerchantPayload) -> Option<Self> {
        match account {
            MerchantAccount::Primitive { id, .. } => Self::of_network(*id),
            MerchantAccount::Template { unique_id, .. } => {
                let unique_id = unique_id.as_ref()?.to_ascii_lowercase();
                let known = UNIQUE_IDS
                    .iter()
                    .find(|(known, open, _)| if *open { unique_id.starts_with(known) } else { unique_id == *known });
                // Bakong names no scheme: its unique id is the payee's account.
                let is_bakong = || payload.country == "KH" && unique_id.contains('@');
                known.map(|(.., scheme)| *scheme).or_else(|| is_bakong().then_some(Self::Khqr))
            }
        }
    }

    /// The network of a primitive account (EMVCo merchant-presented mode, table 4.3).
    const fn of_network(id: u8) -> Option<Self> {
        match id {
            2 | 3 => Some(Self::Visa),
            4 | 5 => Some(Self::Mastercard),
            9 | 10 => Some(Self::Discover),
            11 | 12 => Some(Self::AmericanExpress),
            13 | 14 => Some(Self::Jcb),
            15 | 16 => Some(Self::UnionPay),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
