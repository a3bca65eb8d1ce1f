//! `lionrock qr parse`: what a code says, or why it is refused.

use std::io::Read;
use std::process::ExitCode;

use payments::money::Currency;
use payments::qr::consumer::ConsumerPayload;
use payments::qr::{self, HongKongCode, Initiation, MerchantAccount, Parsed, Payee, QrError, Scheme};
use serde::Serialize;

use crate::cli::Output;
use crate::clock;

#[derive(clap::Args)]
pub(super) struct Parse {
    /// The code's text, or - to read it from standard input
    payload: String,
}

/// What the command says of a code.
#[derive(Serialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
enum Said {
    Accepted(Box<Accepted>),
    /// Consumer-presented: whole, but to be charged, not to be paid.
    Payer(Payer),
    Refused(Refused),
}

impl Said {
    const fn status(&self) -> ExitCode {
        match self {
            Self::Accepted(_) => ExitCode::SUCCESS,
            Self::Payer(_) | Self::Refused(_) => ExitCode::FAILURE,
        }
    }
}

#[derive(Serialize)]
struct Payer {
    /// Ways to pay that the payer's wallet offers, by label or application id.
    applications: Vec<String>,
}

#[derive(Serialize)]
struct Accepted {
    /// The schemes it can be paid in: by name, else by unique id or the object's number.
    schemes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hong_kong: Option<HongKong>,
    one_time: bool,
    currency: u16,
    amount: Option<String>,
    country: String,
    name: Option<String>,
    name_in_other_language: Option<String>,
    city: Option<String>,
    category: Option<String>,
    bill_number: Option<String>,
    reference: Option<String>,
    /// What is not as the standard has it, and was understood all the same.
    deviations: Vec<String>,
}

/// The same as a payment that can be made in Hong Kong.
#[derive(Serialize)]
struct HongKong {
    payee: &'static str,
    id: String,
    clearing_code: Option<String>,
    amount_may_change: bool,
    valid_until: Option<String>,
}

#[derive(Serialize)]
struct Refused {
    object: Option<String>,
    /// Counted in characters from one; 0 where there is no place.
    position: usize,
    why: String,
}

impl From<Parsed> for Accepted {
    fn from(parsed: Parsed) -> Self {
        let payload = parsed.payload;
        let named = |account: &MerchantAccount| match account {
            MerchantAccount::Template { unique_id: Some(unique_id), .. } => unique_id.clone(),
            MerchantAccount::Template { id, .. } | MerchantAccount::Primitive { id, .. } => format!("{id:02}"),
        };
        let scheme = |account: &MerchantAccount| {
            Scheme::of(account, &payload).map_or_else(|| named(account), |scheme| scheme.name().to_owned())
        };
        Self {
            schemes: payload.accounts.iter().map(scheme).collect(),
            hong_kong: parsed.hong_kong.as_ref().map(HongKong::from),
            one_time: payload.initiation == Some(Initiation::OneTime),
            currency: payload.currency,
            amount: payload.amount,
            country: payload.country,
            name: payload.name,
            name_in_other_language: payload.language.map(|language| language.name),
            city: payload.city,
            category: payload.category,
            bill_number: payload.additional.bill_number,
            reference: payload.additional.reference_label,
            deviations: parsed.deviations.iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<&HongKongCode> for HongKong {
    fn from(code: &HongKongCode) -> Self {
        let (payee, id, clearing_code) = match &code.payee {
            Payee::FpsId(id) => ("FPS ID", id.clone(), None),
            Payee::Proxy { proxy, clearing_code } => {
                (proxy.kind().code(), proxy.value().to_owned(), clearing_code.map(|code| code.to_string()))
            }
        };
        Self {
            payee,
            id,
            clearing_code,
            amount_may_change: code.amount_may_change(),
            valid_until: code.valid_until.map(|until| until.to_string()),
        }
    }
}

impl From<QrError> for Refused {
    fn from(error: QrError) -> Self {
        Self {
            object: error.object().map(|object| object.to_string()),
            position: error.position(),
            why: error.refusal().to_string(),
        }
    }
}

impl Accepted {
    fn in_words(&self) -> String {
        let mut lines = vec![format!("Accepted: {}", self.schemes.join(", "))];
        let mut line = |what: &str, value: Option<&str>| {
            lines.extend(value.map(|value| format!("  {what:<12} {value}")));
        };
        if let Some(hong_kong) = &self.hong_kong {
            line(hong_kong.payee, Some(&hong_kong.id));
            line("bank", hong_kong.clearing_code.as_deref());
            line("valid until", hong_kong.valid_until.as_deref());
        }
        line("name", self.name.as_deref());
        line("", self.name_in_other_language.as_deref());
        line("amount", self.amount.as_deref());
        let currency = Currency::from_number(self.currency);
        line("currency", Some(&currency.map_or_else(|| self.currency.to_string(), |known| known.to_string())));
        line("country", Some(&self.country));
        line("city", self.city.as_deref());
        line("bill number", self.bill_number.as_deref());
        line("reference", self.reference.as_deref());
        for deviation in &self.deviations {
            line("deviates", Some(deviation));
        }
        lines.join("\n")
    }
}

/// Reads the code and says what is in it.
pub(super) fn run(parse: &Parse, output: Output) -> anyhow::Result<ExitCode> {
    let mut text = parse.payload.clone();
    if text == "-" {
        text.clear();
        std::io::stdin().lock().take(64 * 1024).read_to_string(&mut text)?;
    }
    let (said, words) = read(&text);
    output.print(&said, |_| words)?;
    Ok(said.status())
}

/// Says of each code, text by text, what is in it.
pub(super) fn say_all(codes: &[String], output: Output) -> anyhow::Result<ExitCode> {
    let read: Vec<(&String, (Said, String))> = codes.iter().map(|text| (text, read(text))).collect();
    let all: Vec<_> = read.iter().map(|(text, (said, _))| Found { payload: text, said }).collect();
    let words = || read.iter().map(|(text, (_, words))| format!("{text}\n{words}")).collect::<Vec<_>>().join("\n");
    output.print(&all, |_| words())?;
    let refused = read.iter().any(|(_, (said, _))| !matches!(said, Said::Accepted(_)));
    Ok(if refused { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A code in a picture.
#[derive(Serialize)]
struct Found<'a> {
    payload: &'a str,
    #[serde(flatten)]
    said: &'a Said,
}

fn read(text: &str) -> (Said, String) {
    match (qr::parse(text, clock::now()), ConsumerPayload::parse(text)) {
        (Ok(parsed), _) => {
            let accepted = Accepted::from(parsed);
            let words = accepted.in_words();
            (Said::Accepted(Box::new(accepted)), words)
        }
        (Err(_), Ok(shown)) => {
            let labels = shown
                .applications
                .into_iter()
                .map(|application| application.label.unwrap_or_else(|| hex::encode_upper(application.id)));
            let applications: Vec<String> = labels.collect();
            let words = format!("A code that a payer shows: {}", applications.join(", "));
            (Said::Payer(Payer { applications }), words)
        }
        (Err(error), Err(_)) => (Said::Refused(error.into()), format!("Refused: {error}")),
    }
}
