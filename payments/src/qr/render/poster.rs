//! A poster for the counter: the shop's name in its languages, the code, and what to do with it, as a PDF of one page.
//!
//! Nothing is embedded: Latin letters are in Helvetica, which every reader has, and Chinese ones in the Adobe-CNS1
//! collection by the predefined encoding `UniCNS-UTF16-H` (ISO 32000-1, 9.7.5.2), which readers show in a Chinese font
//! of their own. The code is drawn as squares, so it prints as sharp as the printer can.

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};

use super::{Picture, Purpose, QUIET, RenderError};

/// A poster's size.
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
    const fn size(self) -> (u16, u16) {
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

/// What stands on a poster beside the code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wording {
    /// The shop's name in Chinese.
    pub name_zh: Option<String>,
    /// The shop's name in ASCII.
    pub name: Option<String>,
    /// What is to be paid, such as `HKD 38.50`, when the code says so.
    pub amount: Option<String>,
}

const LATIN: Name<'_> = Name(b"F1");
const CHINESE: Name<'_> = Name(b"F2");
/// No line is set in more than this share of an em a letter; Helvetica's capitals are about 0.7 wide.
const LATIN_EM: usize = 70;
const CHINESE_EM: usize = 100;

/// A poster of `payload`.
///
/// # Errors
/// [`RenderError::TooLong`] for a text that no code can carry.
pub fn pdf(payload: &str, wording: &Wording, paper: Paper) -> Result<Vec<u8>, RenderError> {
    let picture = Picture::of(payload, Purpose::Print)?;
    let (width, height) = paper.size();
    let mut pdf = Pdf::new();
    let mut next = 0;
    let mut reference = || {
        next += 1;
        Ref::new(next)
    };
    let [catalog, pages, page, content, latin, chinese] = std::array::from_fn(|_| reference());
    pdf.catalog(catalog).pages(pages);
    pdf.pages(pages).kids([page]).count(1);
    let mut sheet = pdf.page(page);
    sheet.media_box(paper.sheet()).parent(pages).contents(content);
    sheet.resources().fonts().pair(LATIN, latin).pair(CHINESE, chinese);
    sheet.finish();
    pdf.type1_font(latin).base_font(Name(b"Helvetica-Bold"));
    write_chinese_font(&mut pdf, chinese, [reference(), reference()]);
    pdf.stream(content, &draw(&picture, wording, width, height));
    Ok(pdf.finish())
}

fn write_chinese_font(pdf: &mut Pdf, font: Ref, [descendant, descriptor]: [Ref; 2]) {
    const NAME: Name<'_> = Name(b"MHei-Medium");
    pdf.type0_font(font).base_font(NAME).encoding_predefined(Name(b"UniCNS-UTF16-H")).descendant_font(descendant);
    let system_info = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"CNS1"), supplement: 3 };
    let mut cid = pdf.cid_font(descendant);
    cid.subtype(CidFontType::Type0).base_font(NAME).system_info(system_info);
    cid.font_descriptor(descriptor).default_width(1000.0);
    // Latin letters in a Chinese line.
    cid.widths().same(1, 95, 500.0);
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

/// The page's drawing, from the top down.
fn draw(picture: &Picture, wording: &Wording, width: u16, height: u16) -> Vec<u8> {
    let mut content = Content::new();
    content.transform([0.01, 0.0, 0.0, 0.01, 0.0, 0.0]);
    let margin = width / 12;
    let room = width - 2 * margin;
    let mut pen = Pen { content, left: margin, y: height - margin, room };
    if let Some(name) = &wording.name_zh {
        pen.chinese(name, width / 10);
    }
    if let Some(name) = &wording.name {
        pen.latin(name, width / 14);
    }
    pen.code(picture);
    if let Some(amount) = &wording.amount {
        pen.latin(amount, width / 12);
    }
    pen.chinese("掃碼付款", width / 18);
    pen.latin("Scan to pay", width / 22);
    pen.content.finish().into_vec()
}

/// Where the next thing is drawn.
struct Pen {
    content: Content,
    left: u16,
    y: u16,
    room: u16,
}

impl Pen {
    fn chinese(&mut self, text: &str, size: u16) {
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        self.line(CHINESE, &bytes, fitting(size, self.room, text.chars().count() * CHINESE_EM));
    }

    fn latin(&mut self, text: &str, size: u16) {
        let printable: Vec<u8> = text.chars().filter_map(|c| u8::try_from(c).ok()).filter(u8::is_ascii).collect();
        self.line(LATIN, &printable, fitting(size, self.room, printable.len() * LATIN_EM));
    }

    fn line(&mut self, font: Name<'_>, bytes: &[u8], size: u16) {
        self.y = self.y.saturating_sub(size);
        self.content.begin_text();
        self.content.set_font(font, size.into());
        self.content.next_line(self.left.into(), self.y.into());
        self.content.show(Str(bytes));
        self.content.end_text();
        self.y = self.y.saturating_sub(size / 3);
    }

    /// As wide as the room, its quiet zone included; runs of black modules become one rectangle.
    fn code(&mut self, picture: &Picture) {
        let Ok(modules) = u16::try_from(picture.width() + 2 * QUIET) else { return };
        let side = self.room / modules;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_as_large_as_wanted_or_as_the_room_lets_it_be() {
        assert_eq!(fitting(300, 30_000, 500), 300);
        assert_eq!(fitting(3_000, 30_000, 20 * LATIN_EM), 2_142);
    }

    #[test]
    fn a_poster_is_one_page_whatever_the_name() {
        for name in ["", "A", &"W".repeat(140)] {
            let wording = Wording { name: Some(name.to_owned()), name_zh: Some("晨光文具".into()), amount: None };
            for paper in [Paper::A5, Paper::A6] {
                let pdf = pdf("00020101", &wording, paper).unwrap();
                assert!(pdf.starts_with(b"%PDF-1.7") && pdf.len() < 50_000);
            }
        }
        assert_eq!(pdf(&"x".repeat(4_000), &Wording::default(), Paper::A5), Err(RenderError::TooLong));
    }
}
