//! The ridge as a chart: payments of the last hour, minute by minute. Geometry in integers; lengths are
//! attributes of the SVG, so that a strict content security policy has nothing to forbid.

use store::Timestamp;

use super::moment;

/// One minute of the switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minute {
    /// When it began.
    pub began: Timestamp,
    /// Payments that came in.
    pub payments: u64,
    /// Payments that settled.
    pub settled: u64,
    /// Payments that were refused or rejected.
    pub rejected: u64,
    /// Payments that timed out.
    pub timed_out: u64,
}

/// The drawing's own units; the page stretches it to its width.
pub const WIDTH: u64 = 1000;
/// See [`WIDTH`].
pub const HEIGHT: u64 = 200;
/// The line of nothing.
const BASE: u64 = 160;
/// What the highest gridline leaves above it.
const HEADROOM: u64 = 30;

/// A point on the chart that is written about. `x` and `y` are percentages with one decimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// From the left.
    pub x: String,
    /// From above.
    pub y: String,
    /// When.
    pub time: String,
    /// How many.
    pub count: u64,
}

impl Mark {
    /// Whether words about it must stand on its left.
    pub fn is_right(&self) -> bool {
        self.x.split('.').next().and_then(|percent| percent.parse::<u8>().ok()).is_some_and(|percent| percent > 70)
    }
}

/// The chart, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RidgeChart {
    /// The path of the line.
    pub line: String,
    /// The path of the land below it.
    pub mountain: String,
    /// Horizontal lines: position and how many payments.
    pub grid: Vec<Mark>,
    /// Moments below the land.
    pub times: Vec<Mark>,
    /// The busiest minute; `None` when nothing happened, or when it is the current one.
    pub peak: Option<Mark>,
    /// Minutes in which payments timed out.
    pub time_outs: Vec<Mark>,
    /// The minute in which most payments timed out.
    pub most_time_outs: Option<Mark>,
    /// All payments of the hour.
    pub total: u64,
}

impl RidgeChart {
    /// Draws `minutes`, oldest first.
    pub fn new(minutes: &[Minute]) -> Self {
        let top = scale(minutes.iter().map(|minute| minute.payments).max().unwrap_or(0));
        let last = u64::try_from(minutes.len().saturating_sub(1)).unwrap_or(0).max(1);
        let x = |index: u64| index * WIDTH / last;
        let y = |count: u64| BASE - count * (BASE - HEADROOM) / top;
        let mark = |index: u64, count: u64, began: Timestamp| Mark {
            x: percent(x(index), WIDTH),
            y: percent(y(count), HEIGHT),
            time: moment::short(began),
            count,
        };
        let points: Vec<_> = (0..).zip(minutes).collect();
        let steps: Vec<String> =
            points.iter().map(|(index, minute)| format!("{} {}", x(*index), y(minute.payments))).collect();
        let line = if steps.is_empty() { format!("M0 {BASE}H{WIDTH}") } else { format!("M{}", steps.join("L")) };
        let time_outs: Vec<Mark> = points
            .iter()
            .filter(|(_, minute)| minute.timed_out > 0)
            .map(|(index, minute)| Mark { count: minute.timed_out, ..mark(*index, minute.payments, minute.began) })
            .collect();
        let peak = points.iter().rev().max_by_key(|(_, minute)| minute.payments);
        Self {
            mountain: format!("{line}V{HEIGHT}H0Z"),
            line,
            grid: [top, top / 2]
                .map(|count| Mark { x: String::new(), y: percent(y(count), HEIGHT), time: String::new(), count })
                .into(),
            times: points
                .iter()
                .filter(|(index, _)| matches!(index, 15 | 30 | 45))
                .map(|(index, minute)| mark(*index, 0, minute.began))
                .collect(),
            peak: peak
                .filter(|(index, minute)| minute.payments > 0 && *index < last)
                .map(|(index, minute)| mark(*index, minute.payments, minute.began)),
            most_time_outs: time_outs.iter().max_by_key(|mark| mark.count).cloned(),
            time_outs,
            total: minutes.iter().map(|minute| minute.payments).sum(),
        }
    }
}

/// The highest gridline: 4, 10, 20, 40, 100, 200, 400, … whichever is not below `most`.
fn scale(most: u64) -> u64 {
    let mut unit: u64 = 1;
    loop {
        for step in [4, 10, 20] {
            if let Some(top) = unit.checked_mul(step).filter(|top| *top >= most) {
                return top;
            }
        }
        let Some(next) = unit.checked_mul(10) else { return u64::MAX };
        unit = next;
    }
}

/// `part` of `whole` as a percentage with one decimal.
fn percent(part: u64, whole: u64) -> String {
    let permille = part * 1000 / whole;
    format!("{}.{}%", permille / 10, permille % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(counts: impl Fn(i64) -> u64) -> Vec<Minute> {
        (0..60)
            .map(|number| Minute {
                began: Timestamp::from_seconds(1_795_305_600 + number * 60),
                payments: counts(number),
                settled: 0,
                rejected: 0,
                timed_out: u64::from(number == 20),
            })
            .collect()
    }

    #[test]
    fn an_hour_without_payments_is_a_flat_line() {
        let chart = RidgeChart::new(&hour(|_| 0));
        assert!(chart.line.split('L').all(|step| step.ends_with(" 160")), "{}", chart.line);
        assert_eq!((chart.peak, chart.total), (None, 0));
        assert_eq!(RidgeChart::new(&[]).line, "M0 160H1000");
    }

    #[test]
    fn the_peak_stands_where_the_busiest_minute_was() {
        let chart = RidgeChart::new(&hour(|number| if number == 30 { 20 } else { 1 }));
        let peak = chart.peak.unwrap();
        assert_eq!((peak.x.as_str(), peak.y.as_str(), peak.count), ("50.8%", "15.0%", 20));
        assert_eq!(chart.time_outs.len(), 1);
        assert_eq!(chart.grid[0].count, 20);
    }

    #[test]
    fn the_scale_is_round_and_never_below_the_busiest_minute() {
        for (most, top) in [(0, 4), (4, 4), (5, 10), (11, 20), (21, 40), (1_591, 2_000), (40_001, 100_000)] {
            assert_eq!(scale(most), top, "{most}");
        }
        assert_eq!(scale(u64::MAX), u64::MAX);
    }
}
