//! What was measured, beside its baseline: a table for people, one JSON object for programs.

use serde_json::{Value, json};

/// One figure, and what it is compared with.
pub(crate) struct Figure {
    /// What was measured.
    pub(crate) measure: String,
    /// The figure.
    pub(crate) value: u64,
    /// In which unit.
    pub(crate) unit: &'static str,
    /// What it is compared with, in the same unit.
    pub(crate) beside: Option<u64>,
}

impl Figure {
    pub(crate) fn new(measure: impl Into<String>, value: u64, unit: &'static str) -> Self {
        Self { measure: measure.into(), value, unit, beside: None }
    }

    /// Compares it with a figure of the same run.
    pub(crate) fn beside(self, other: u64) -> Self {
        Self { beside: Some(other), ..self }
    }

    /// How many times the other figure it is. A figure for people, not money.
    fn ratio(&self) -> Option<String> {
        let hundredths = self.value * 100 / self.beside?.max(1);
        Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
    }

    fn ratio_value(&self) -> Value {
        self.ratio().and_then(|ratio| ratio.parse().ok()).unwrap_or_default()
    }

    fn line(&self) -> String {
        let ratio = self.ratio().map(|ratio| format!("{ratio:>8} ×")).unwrap_or_default();
        format!("{:<52}{:>10} {:<10}{ratio}", self.measure, self.value, self.unit)
    }
}

/// The figure that counts, its baseline, and what else was measured on the way.
pub(crate) struct Report {
    pub(crate) value: Figure,
    /// What the baseline is.
    pub(crate) baseline: &'static str,
    pub(crate) figures: Vec<Figure>,
}

impl Report {
    /// Prints it.
    pub(crate) fn print(&self, as_json: bool) {
        let Self { value, baseline, figures } = self;
        let baseline_value = value.beside.unwrap_or(0);
        if as_json {
            let further = |figure: &Figure| {
                json!({
                    "measure": figure.measure, "value": figure.value, "unit": figure.unit,
                    "ratio": figure.ratio_value(),
                })
            };
            let object = json!({
                "measure": value.measure, "value": value.value, "unit": value.unit,
                "baseline": baseline, "baseline_value": baseline_value, "ratio": value.ratio_value(),
                "figures": figures.iter().map(further).collect::<Vec<_>>(),
            });
            println!("{object}");
        } else {
            println!("{}", Figure::new(*baseline, baseline_value, value.unit).line());
            println!("{}", value.line());
            for figure in figures {
                println!("{}", figure.line());
            }
        }
    }
}

/// The middle one.
pub(crate) fn median(figures: &mut [u64]) -> u64 {
    figures.sort_unstable();
    figures.get(figures.len() / 2).copied().unwrap_or(0)
}
