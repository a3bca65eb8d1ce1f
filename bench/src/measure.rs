//! What was measured, beside its baseline: a table for people, one JSON object for programs.

use serde_json::json;

/// One figure and what it is compared with.
pub(crate) struct Figure {
    /// What was measured.
    pub(crate) measure: &'static str,
    /// In which unit, also that of the baseline.
    pub(crate) unit: &'static str,
    /// The figure.
    pub(crate) value: u64,
    /// What it is compared with.
    pub(crate) baseline: &'static str,
    /// The baseline's figure, from the same run.
    pub(crate) baseline_value: u64,
}

impl Figure {
    /// Prints it.
    pub(crate) fn print(&self, as_json: bool) {
        let Self { measure, unit, value, baseline, baseline_value } = self;
        // A figure for people, not money.
        let hundredths = value * 100 / (*baseline_value).max(1);
        let ratio = format!("{}.{:02}", hundredths / 100, hundredths % 100);
        if as_json {
            let ratio: serde_json::Value = ratio.parse().unwrap_or_default();
            let object = json!({
                "measure": measure, "value": value, "unit": unit,
                "baseline": baseline, "baseline_value": baseline_value, "ratio": ratio,
            });
            println!("{object}");
        } else {
            println!("{measure:<44}{value:>10} {unit}");
            println!("{baseline:<44}{baseline_value:>10} {unit}");
            println!("{:<44}{ratio:>10} ×", "ratio");
        }
    }
}
