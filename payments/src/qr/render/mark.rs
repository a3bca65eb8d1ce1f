//! The mark in the middle of a code: the ridge of Lion Rock on a white ground.

/// The ridge, on a ground of [`WIDE`] by [`HIGH`].
const RIDGE: [(usize, usize); 15] = [
    (3, 41),
    (16, 36),
    (21, 35),
    (20, 29),
    (15, 27),
    (15, 21),
    (22, 17),
    (25, 11),
    (33, 8),
    (40, 12),
    (45, 20),
    (55, 23),
    (65, 20),
    (70, 25),
    (77, 41),
];
const WIDE: usize = 80;
const HIGH: usize = 48;

/// Where the mark stands in a picture, in pixels.
pub(super) struct Place {
    left: usize,
    top: usize,
    /// Of the white ground.
    width: usize,
    height: usize,
}

impl Place {
    /// In the middle of a code of so many modules: a quarter of it wide, and about 4 % of its modules.
    pub(super) fn in_code(modules: usize, quiet: usize, module: usize) -> Self {
        // Whole modules, and as many on either side: no module is half covered.
        let odd = |wanted: usize| if wanted % 2 == modules % 2 { wanted } else { wanted + 1 };
        let (across, down) = (odd(modules * 26 / 100), odd(modules * 15 / 100));
        let start = |covered: usize| (quiet + (modules - covered) / 2) * module;
        Self { left: start(across), top: start(down), width: across * module, height: down * module }
    }

    /// The same drawing as [`Self::paint`] makes.
    pub(super) fn svg(&self) -> String {
        let Self { left, top, width, height } = self;
        let points: Vec<String> = RIDGE.iter().map(|(x, y)| format!("{x},{y}")).collect();
        format!(
            "<rect x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\
             <svg x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {WIDE} {HIGH}\" \
             preserveAspectRatio=\"none\"><polygon points=\"{}\"/></svg>",
            points.join(" ")
        )
    }

    /// Paints the mark over rows of one bit a pixel, `stride` bytes a row.
    pub(super) fn paint(&self, rows: &mut [u8], stride: usize) {
        for (y, row) in rows.chunks_exact_mut(stride).enumerate().skip(self.top).take(self.height) {
            for x in self.left..self.left + self.width {
                let bit = 0x80 >> (x % 8);
                let at = ((x - self.left) * WIDE, (y - self.top) * HIGH);
                if is_inside(at, (self.width, self.height)) {
                    row[x / 8] &= !bit;
                } else {
                    row[x / 8] |= bit;
                }
            }
        }
    }
}

/// Whether a point is inside the ridge, whose corners are `scale` times as far apart. Even–odd, in whole numbers.
fn is_inside((x, y): (usize, usize), scale: (usize, usize)) -> bool {
    let corner = |(x, y): (usize, usize)| (x * scale.0, y * scale.1);
    let mut inside = false;
    let mut from = corner(RIDGE[RIDGE.len() - 1]);
    for to in RIDGE.map(corner) {
        if (from.1 > y) != (to.1 > y) {
            let (low, high) = if from.1 < to.1 { (from, to) } else { (to, from) };
            // Where the edge crosses this height, compared without dividing.
            let (rise, above) = (high.1 - low.1, y - low.1);
            inside ^= x * rise + low.0 * above < low.0 * rise + high.0 * above;
        }
        from = to;
    }
    inside
}
