//! A printed page with a code on it, as a PDF.
//!
//! Nothing is embedded: Latin letters are in Helvetica, which every reader has, and Chinese ones in the Adobe-CNS1
//! collection by the predefined encoding `UniCNS-UTF16-H` (ISO 32000-1, 9.7.5.2), which readers show in a Chinese font
//! of their own. The code is drawn as squares, so it prints as sharp as the printer can.

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};

use super::{Picture, QUIET};

/// A sheet's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paper {
    /// 148 by 210 mm.
    #[default]
    A5,
    /// 105 by 148 mm.
    A6,
}

impl Paper {
    /// Width and height in hundredths of a point: whole numbers all the way.
    pub(super) const fn size(self) -> (u16, u16) {
        match self {
            Self::A5 => (41_953, 59_528),
            Self::A6 => (29_764, 41_953),
        }
    }

    /// The same in points.
    fn sheet(self) -> Rect {
        match self {
            Self::A5 => Rect::new(0.0, 0.0, 419.53, 595.28),
            Self::A6 => Rect::new(0.0, 0.0, 297.64, 419.53),
        }
    }
}

const LATIN: Name<'_> = Name(b"F1");
const CHINESE: Name<'_> = Name(b"F2");
const PLAIN: Name<'_> = Name(b"F3");
/// No line is set in more than this share of an em a letter; Helvetica's capitals are about 0.7 wide.
pub(super) const LATIN_EM: usize = 70;
const CHINESE_EM: usize = 100;

/// A document of one page, drawn from the top down.
pub(super) fn page(paper: Paper, draw: impl FnOnce(&mut Pen)) -> Vec<u8> {
    let (width, height) = paper.size();
    let mut pdf = Pdf::new();
    let mut next = 0;
    let mut reference = || {
        next += 1;
        Ref::new(next)
    };
    let [catalog, pages, page, content, latin, chinese, plain] = std::array::from_fn(|_| reference());
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages).kids([page]).count(1);
    let mut sheet = pdf.page(page);
    sheet.media_box(paper.sheet()).parent(pages).contents(content);
    sheet.resources().fonts().pair(LATIN, latin).pair(CHINESE, chinese).pair(PLAIN, plain);
    sheet.finish();
    pdf.type1_font(latin).base_font(Name(b"Helvetica-Bold"));
    pdf.type1_font(plain).base_font(Name(b"Helvetica"));
    write_chinese_font(&mut pdf, chinese, [reference(), reference()]);
    let mut pen = Pen::at_the_top(width, height);
    draw(&mut pen);
    pdf.stream(content, &pen.content.finish());
    pdf.finish()
}

fn write_chinese_font(pdf: &mut Pdf, font: Ref, [descendant, descriptor]: [Ref; 2]) {
    const NAME: Name<'_> = Name(b"MHei-Medium");
    pdf.type0_font(font).base_font(NAME).encoding_predefined(Name(b"UniCNS-UTF16-H")).descendant_font(descendant);
    let system_info = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"CNS1"), supplement: 3 };
    let mut cid = pdf.cid_font(descendant);
    cid.subtype(CidFontType::Type0).base_font(NAME).system_info(system_info);
    cid.font_descriptor(descriptor).default_width(1000.0);
    cid.finish();
    pdf.font_descriptor(descriptor)
        .name(NAME)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(-45.0, -250.0, 1015.0, 887.0))
        .italic_angle(0.0)
        .ascent(752.0)
        .descent(-271.0)
        .cap_height(737.0)
        .stem_v(93.0);
}

/// Where the next thing is drawn.
pub(super) struct Pen {
    content: Content,
    left: u16,
    y: u16,
    margin: u16,
    room: u16,
}

impl Pen {
    fn at_the_top(width: u16, height: u16) -> Self {
        let mut content = Content::new();
        content.transform([0.01, 0.0, 0.0, 0.01, 0.0, 0.0]);
        let margin = width / 12;
        Self { content, left: margin, y: height - margin, margin, room: width - 2 * margin }
    }

    /// How wide the sheet is between its margins.
    pub(super) const fn room(&self) -> u16 {
        self.room
    }

    /// How much of the sheet is left above its lower margin.
    pub(super) const fn rest(&self) -> u16 {
        self.y.saturating_sub(self.margin)
    }

    /// A line in which Chinese and Latin may stand together.
    pub(super) fn chinese(&mut self, text: &str, size: u16) {
        let runs: Vec<(Name<'_>, Vec<u8>)> = runs(text).iter().map(|run| in_its_font(run)).collect();
        self.line(&runs, fitting(size, self.room, wide(text)));
    }

    /// A line in bold Latin; what is no ASCII is left out.
    pub(super) fn latin(&mut self, text: &str, size: u16) {
        let printable: Vec<u8> = text.chars().filter_map(|c| u8::try_from(c).ok()).filter(u8::is_ascii).collect();
        let size = fitting(size, self.room, printable.len() * LATIN_EM);
        self.line(&[(LATIN, printable)], size);
    }

    /// Text of any length in lines of this size, at most so many; more of it is left out.
    pub(super) fn paragraph(&mut self, text: &str, size: u16, lines: usize) {
        for line in wrapped(text, usize::from(self.room) * 100 / usize::from(size.max(1))).into_iter().take(lines) {
            self.chinese(&line, size);
        }
    }

    /// Leaves a gap.
    pub(super) const fn skip(&mut self, height: u16) {
        self.y = self.y.saturating_sub(height);
    }

    /// Runs of text one behind the other: each begins where the one before it ends.
    fn line(&mut self, runs: &[(Name<'_>, Vec<u8>)], size: u16) {
        self.y = self.y.saturating_sub(size);
        self.content.begin_text();
        self.content.next_line(self.left.into(), self.y.into());
        for (font, bytes) in runs {
            self.content.set_font(*font, size.into());
            self.content.show(Str(bytes));
        }
        self.content.end_text();
        self.y = self.y.saturating_sub(size / 3);
    }

    /// At most so wide and high, its quiet zone included; runs of black modules become one rectangle.
    pub(super) fn code(&mut self, picture: &Picture, width: u16) {
        let Ok(modules) = u16::try_from(picture.width() + 2 * QUIET) else { return };
        let side = width / modules;
        let quiet = QUIET * usize::from(side);
        let top = usize::from(self.y).saturating_sub(quiet);
        for y in 0..picture.width() {
            let bottom = top.saturating_sub((y + 1) * usize::from(side));
            let mut x = 0;
            while x < picture.width() {
                let run = (x..picture.width()).take_while(|x| picture.is_dark(*x, y)).count();
                if run > 0 {
                    let left = usize::from(self.left) + quiet + x * usize::from(side);
                    let [left, bottom, wide, high] = [left, bottom, run * usize::from(side), side.into()].map(to_unit);
                    self.content.rect(left, bottom, wide, high);
                }
                x += run.max(1);
            }
        }
        self.content.fill_nonzero();
        self.y = self.y.saturating_sub(side * modules);
    }
}

/// A length on the page, which has less than 65,536 units.
fn to_unit(length: usize) -> f32 {
    u16::try_from(length).unwrap_or(u16::MAX).into()
}

/// The size, or as much of it as lets a line of so many hundredths of an em stand in the room.
fn fitting(size: u16, room: u16, hundredths: usize) -> u16 {
    let most = usize::from(room) * 100 / hundredths.max(1);
    size.min(u16::try_from(most).unwrap_or(size))
}

/// Hundredths of an em that a character takes in plain Helvetica or in Chinese, rather more than less.
const fn width(character: char) -> usize {
    match character {
        'A'..='Z' | 'm' | 'w' | '@' | '%' => 85,
        character if character.is_ascii() => 56,
        _ => CHINESE_EM,
    }
}

/// The longest stretches that are ASCII, or are none.
fn runs(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunk_by(|a, b| a.is_ascii() == b.is_ascii()).map(|run| run.iter().collect()).collect()
}

/// A run as the font writes it that has its letters.
fn in_its_font(run: &str) -> (Name<'static>, Vec<u8>) {
    if run.is_ascii() {
        (PLAIN, run.as_bytes().to_vec())
    } else {
        (CHINESE, run.encode_utf16().flat_map(u16::to_be_bytes).collect())
    }
}

/// Lines of at most so many hundredths of an em, broken at a blank where there is one.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for character in text.chars() {
        if wide(&line) + width(character) > room && !line.is_empty() {
            let broken = if character == ' ' { line.len() } else { line.rfind(' ').map_or(line.len(), |at| at + 1) };
            let rest = line.split_off(broken);
            lines.push(line.trim_end().to_owned());
            line = rest;
        }
        if !(line.is_empty() && character == ' ') {
            line.push(character);
        }
    }
    lines.push(line);
    lines
}

fn wide(text: &str) -> usize {
    text.chars().map(width).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_is_as_large_as_wanted_or_as_the_room_lets_it_be() {
        assert_eq!(fitting(300, 30_000, 500), 300);
        assert_eq!(fitting(3_000, 30_000, 20 * LATIN_EM), 2_142);
    }

    #[test]
    fn text_is_broken_at_blanks_or_anywhere_in_chinese() {
        assert_eq!(wrapped("rates for the third quarter", 600), ["rates for", "the third", "quarter"]);
        assert_eq!(runs("單號 Bill: 7"), ["單號", " Bill: 7"]);
        assert_eq!(wrapped("第三季差餉及地租", 400), ["第三季差", "餉及地租"]);
        assert_eq!(wrapped("", 400), [""]);
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_room_and_nothing_but_blanks_is_lost(text in "[a-z 水費]{0,60}", room in 100_usize..900) {
            let lines = wrapped(&text, room);
            for line in &lines {
                prop_assert!(wide(line) <= room, "{line:?}");
            }
            prop_assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
    }
}
