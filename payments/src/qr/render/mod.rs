//! Pictures of codes: black on white, with the quiet zone of ISO/IEC 18004, as SVG, as PNG, in the half blocks of a
//! terminal, and as a poster ([`poster`]) or a bill ([`bill`]) to print. The error correction level follows from what the picture is for.

pub mod bill;
mod mark;
pub mod poster;
mod sheet;

use qrcode::render::{svg, unicode};
use qrcode::{Color, EcLevel, QrCode};

/// White modules around a code.
const QUIET: usize = 4;
/// Pixels of one module's side: a byte of a PNG picture that has one bit a pixel.
const MODULE: usize = 8;

/// Why there is no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// More text than a code can carry.
    #[error("the text is too long for a code")]
    TooLong,
    /// The picture could not be encoded.
    #[error("the picture could not be encoded")]
    Encoding,
}

/// What a picture is for: the worse it will be treated, the more of it may be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Purpose {
    /// To be scanned off a screen: level M, which may lose 15 % of its codewords.
    #[default]
    Screen,
    /// To be printed, and to grow old on a counter: level Q, 25 %.
    Print,
    /// With the mark in its middle, which covers about 4 % of it: level H, 30 %.
    Marked,
}

impl Purpose {
    const fn level(self) -> EcLevel {
        match self {
            Self::Screen => EcLevel::M,
            Self::Print => EcLevel::Q,
            Self::Marked => EcLevel::H,
        }
    }
}

/// A code, ready to be drawn.
pub struct Picture {
    code: QrCode,
    purpose: Purpose,
}

impl Picture {
    /// Of a text.
    ///
    /// # Errors
    /// [`RenderError::TooLong`] for more than a code can carry, about 2,300 bytes on a screen and 1,200 with a mark.
    pub fn of(text: &str, purpose: Purpose) -> Result<Self, RenderError> {
        let code = QrCode::with_error_correction_level(text.as_bytes(), purpose.level());
        Ok(Self { code: code.map_err(|_| RenderError::TooLong)?, purpose })
    }

    /// Modules of one side, without the quiet zone.
    pub fn width(&self) -> usize {
        self.code.width()
    }

    /// Whether the module in this column and row is black.
    pub(super) fn is_dark(&self, x: usize, y: usize) -> bool {
        self.code[(x, y)] == Color::Dark
    }

    /// As an SVG element, to stand in a page or, with type `image/svg+xml`, alone.
    pub fn svg(&self) -> Result<String, RenderError> {
        let side = u32::try_from(MODULE).map_err(|_| RenderError::Encoding)?;
        let document = self.code.render::<svg::Color<'_>>().module_dimensions(side, side).build();
        let element = document.find("<svg").and_then(|at| document.get(at..)).ok_or(RenderError::Encoding)?;
        if self.purpose != Purpose::Marked {
            return Ok(element.to_owned());
        }
        let open = element.strip_suffix("</svg>").ok_or(RenderError::Encoding)?;
        Ok(format!("{open}{}</svg>", mark::Place::in_code(self.width(), QUIET, MODULE).svg()))
    }

    /// As a PNG picture, one bit a pixel.
    pub fn png(&self) -> Result<Vec<u8>, RenderError> {
        let modules = self.width() + 2 * QUIET;
        let mut rows = vec![0xff; modules * modules * MODULE];
        for (y, lines) in rows.chunks_exact_mut(modules * MODULE).enumerate().skip(QUIET).take(self.width()) {
            let (line, others) = lines.split_at_mut(modules);
            for (x, byte) in line.iter_mut().enumerate().skip(QUIET).take(self.width()) {
                *byte = if self.is_dark(x - QUIET, y - QUIET) { 0 } else { 0xff };
            }
            others.chunks_exact_mut(modules).for_each(|other| other.copy_from_slice(line));
        }
        if self.purpose == Purpose::Marked {
            mark::Place::in_code(self.width(), QUIET, MODULE).paint(&mut rows, modules);
        }
        let side = u32::try_from(modules * MODULE).map_err(|_| RenderError::Encoding)?;
        encode(&rows, side).map_err(|_| RenderError::Encoding)
    }

    /// In half blocks, for a terminal with light letters on a dark ground. Never marked: its cells are too coarse.
    pub fn terminal(&self) -> String {
        let (dark, light) = (unicode::Dense1x2::Light, unicode::Dense1x2::Dark);
        self.code.render::<unicode::Dense1x2>().dark_color(dark).light_color(light).build()
    }
}

/// A square picture of one bit a pixel. Most rows are like the one above them, which is what `Up` makes small.
fn encode(rows: &[u8], side: u32) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::with_capacity(4_096);
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.set_compression(png::Compression::Fast);
    encoder.set_filter(png::Filter::Up);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rows)?;
    writer.finish()?;
    Ok(bytes)
}
