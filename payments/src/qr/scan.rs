//! Finds codes in a picture that somebody took or sent.

use std::io::Cursor;

use image::imageops::FilterType;
use image::{DynamicImage, GrayImage, ImageFormat, ImageReader, Limits};

/// Bytes of a picture file at most: a large photograph.
const MAX_BYTES: usize = 12 * 1024 * 1024;
/// Pixels of a side at most.
const MAX_SIDE: u32 = 8_192;
/// Pixels in all at most.
const MAX_PIXELS: u64 = 26_000_000;
/// A photograph is first looked at in this size: quicker, and with less noise.
const FIRST_LOOK: u32 = 1_400;

/// Why nothing was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// More bytes or pixels than are looked at.
    #[error("the picture is too large")]
    TooLarge,
    /// Neither PNG nor JPEG, or damaged.
    #[error("not a PNG or JPEG picture")]
    NotAPicture,
    /// No code that could be read.
    #[error("no code was found in the picture")]
    NoCode,
}

/// The texts of all codes in a PNG or JPEG picture, at least one.
pub fn read(bytes: &[u8]) -> Result<Vec<String>, ScanError> {
    let picture = decode(bytes)?;
    let (width, height) = (picture.width(), picture.height());
    if width.max(height) > FIRST_LOOK {
        let smaller = picture.resize(FIRST_LOOK, FIRST_LOOK, FilterType::Triangle).into_luma8();
        let found = codes(smaller);
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let found = codes(picture.into_luma8());
    if found.is_empty() { Err(ScanError::NoCode) } else { Ok(found) }
}

/// Looks at size and kind before anything is decoded.
fn decode(bytes: &[u8]) -> Result<DynamicImage, ScanError> {
    if bytes.len() > MAX_BYTES {
        return Err(ScanError::TooLarge);
    }
    let reader = || ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| ScanError::NotAPicture);
    if !matches!(reader()?.format(), Some(ImageFormat::Png | ImageFormat::Jpeg)) {
        return Err(ScanError::NotAPicture);
    }
    let (width, height) = reader()?.into_dimensions().map_err(|_| ScanError::NotAPicture)?;
    if width.max(height) > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(ScanError::TooLarge);
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_PIXELS * 8);
    let mut reader = reader()?;
    reader.limits(limits);
    reader.decode().map_err(|_| ScanError::NotAPicture)
}

fn codes(picture: GrayImage) -> Vec<String> {
    // The reader guards its own bounds by panicking; what it cannot read is no code, and no reason to fail.
    let look = std::panic::AssertUnwindSafe(|| {
        let mut prepared = rqrr::PreparedImage::prepare(picture);
        prepared.detect_grids().iter().filter_map(|grid| grid.decode().ok().map(|(_, text)| text)).collect()
    });
    std::panic::catch_unwind(look).unwrap_or_default()
}
