//! The Prometheus text format, version 0.0.4, as far as our metrics need it.

use std::fmt::Write;

/// The content type of what [`render`] writes.
pub(super) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What a number means over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Only grows, until the process starts again.
    Counter,
    /// Goes up and down.
    Gauge,
}

/// One metric with all its label values.
#[derive(Debug, Clone)]
pub(super) struct Family {
    /// `lionrock_…`, with its unit at the end.
    pub(super) name: &'static str,
    /// What it counts, for whoever reads a graph of it.
    pub(super) help: &'static str,
    /// Counter or gauge.
    pub(super) kind: Kind,
    /// The name of the one label, when the family has one.
    pub(super) label: Option<&'static str>,
    /// The label's value (empty without a label) and the number.
    pub(super) samples: Vec<(String, i64)>,
}

impl Family {
    /// A metric that is one number.
    pub(super) fn single(name: &'static str, help: &'static str, kind: Kind, value: i64) -> Self {
        Self { name, help, kind, label: None, samples: vec![(String::new(), value)] }
    }
}

/// The text that Prometheus scrapes.
pub(super) fn render(families: &[Family]) -> String {
    let mut text = String::new();
    for family in families {
        let kind = match family.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
        };
        // Writing into a String does not fail.
        let _ = writeln!(text, "# HELP {} {}\n# TYPE {} {kind}", family.name, family.help, family.name);
        for (value_of_label, number) in &family.samples {
            let _ = match family.label {
                Some(label) => writeln!(text, "{}{{{label}=\"{}\"}} {number}", family.name, escape(value_of_label)),
                None => writeln!(text, "{} {number}", family.name),
            };
        }
    }
    text
}

fn escape(label_value: &str) -> String {
    label_value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_come_out_as_prometheus_reads_them() {
        let text = render(&[
            Family::single("lionrock_queue_length", "Commands waiting.", Kind::Gauge, 3),
            Family {
                name: "lionrock_payments_total",
                help: "Payments.",
                kind: Kind::Counter,
                label: Some("state"),
                samples: vec![("settled".into(), 7), ("a\"b".into(), -1)],
            },
        ]);
        assert_eq!(
            text,
            "# HELP lionrock_queue_length Commands waiting.\n# TYPE lionrock_queue_length gauge\n\
             lionrock_queue_length 3\n# HELP lionrock_payments_total Payments.\n\
             # TYPE lionrock_payments_total counter\nlionrock_payments_total{state=\"settled\"} 7\n\
             lionrock_payments_total{state=\"a\\\"b\"} -1\n"
        );
    }
}
