//! Pictures of codes: black on white, error correction level M, with the quiet zone of ISO/IEC 18004; and the same in
//! the half blocks of a terminal.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Luma};
use qrcode::render::{svg, unicode};
use qrcode::{EcLevel, QrCode};

/// Pixels of one module's side.
const MODULE: u32 = 8;

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

fn code(text: &str) -> Result<QrCode, RenderError> {
    QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).map_err(|_| RenderError::TooLong)
}

/// The code as an SVG element, to stand in a page or, with type `image/svg+xml`, alone.
pub fn svg(text: &str) -> Result<String, RenderError> {
    let document = code(text)?.render::<svg::Color<'_>>().module_dimensions(MODULE, MODULE).build();
    let element = document.find("<svg").and_then(|at| document.get(at..));
    element.map(str::to_owned).ok_or(RenderError::Encoding)
}

/// The code as a PNG picture in shades of grey.
pub fn png(text: &str) -> Result<Vec<u8>, RenderError> {
    let picture = code(text)?.render::<Luma<u8>>().module_dimensions(MODULE, MODULE).build();
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut bytes, ImageFormat::Png).map_err(|_| RenderError::Encoding)?;
    Ok(bytes.into_inner())
}

/// The code in half blocks, for a terminal with light letters on a dark ground.
pub fn terminal(text: &str) -> Result<String, RenderError> {
    let inverted = (unicode::Dense1x2::Light, unicode::Dense1x2::Dark);
    Ok(code(text)?.render::<unicode::Dense1x2>().dark_color(inverted.0).light_color(inverted.1).build())
}
