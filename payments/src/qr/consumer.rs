//! Consumer-presented codes (EMVCo QR Code Specification, consumer-presented mode): what a payer's wallet shows and a
//! shop scans. Base64 of BER-TLV, at most 512 bytes. Card numbers stand in these codes, so nothing here prints values.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

/// Bytes of a payload at most.
const MAX_PAYLOAD: usize = 512;
/// What object 85 says: consumer-presented, version 01.
const FORMAT: &[u8] = b"CPV01";

const PAYLOAD_FORMAT: Tag = Tag(0x85);
const APPLICATION_TEMPLATE: Tag = Tag(0x61);
const COMMON_TEMPLATE: Tag = Tag(0x62);
const APPLICATION_ID: Tag = Tag(0x4f);
const APPLICATION_LABEL: Tag = Tag(0x50);

/// A BER tag of one or two bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag(pub u16);

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}", self.0)
    }
}

/// One data object.
#[derive(Clone, PartialEq, Eq)]
pub struct DataObject {
    /// Which one.
    pub tag: Tag,
    /// Its bytes; those of a template are objects themselves.
    pub value: Vec<u8>,
}

impl DataObject {
    /// The objects that stand in a template.
    ///
    /// # Errors
    /// The byte, or the object, that is wrong.
    pub fn objects(&self) -> Result<Vec<Self>, ConsumerError> {
        read(&self.value)
    }

    /// A template of these objects.
    ///
    /// # Errors
    /// A tag that is none, or too much in it.
    pub fn template(tag: Tag, objects: &[Self]) -> Result<Self, ConsumerError> {
        Ok(Self { tag, value: written(objects)? })
    }
}

impl fmt::Debug for DataObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataObject({}, {} bytes)", self.tag, self.value.len())
    }
}

/// One way to pay that the wallet offers (template 61).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// 4F: the application's id (ISO/IEC 7816-4), 5 to 16 bytes.
    pub id: Vec<u8>,
    /// 50: its name for people, at most 16 characters.
    pub label: Option<String>,
    /// Everything else, in its order: track 2 (57), the transparent template (63), and what is not known here.
    pub other: Vec<DataObject>,
}

/// What a payer's wallet shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsumerPayload {
    /// 61: at least one, the preferred one first.
    pub applications: Vec<Application>,
    /// 62: data that they have in common.
    pub common: Vec<DataObject>,
    /// Objects that are not known here, kept as they are.
    pub other: Vec<DataObject>,
}

/// Why a consumer-presented code is refused or cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConsumerError {
    /// Not base64.
    #[error("not base64")]
    Encoding,
    /// More than 512 bytes.
    #[error("longer than a payload may be")]
    TooLong,
    /// It does not begin with object 85 saying `CPV01`.
    #[error("not a consumer-presented code of version 01")]
    Format,
    /// A tag or a length that is cut off or of another form, at this byte, counted from one.
    #[error("byte {0}: neither a tag nor a length")]
    Malformed(usize),
    /// A length that goes beyond the end, at this byte, counted from one.
    #[error("object {0}: the length goes beyond the end")]
    Overrun(Tag),
    /// A mandatory object is not there.
    #[error("object {0}: missing")]
    Missing(Tag),
    /// Given twice.
    #[error("object {0}: given twice")]
    Repeated(Tag),
    /// Not of the form that it has.
    #[error("object {0}: {1}")]
    Form(Tag, &'static str),
}

impl ConsumerPayload {
    /// Reads the text of a code.
    ///
    /// # Errors
    /// The object, or the byte, that is wrong.
    pub fn parse(text: &str) -> Result<Self, ConsumerError> {
        let text = text.trim();
        if text.len() > MAX_PAYLOAD.div_ceil(3) * 4 {
            return Err(ConsumerError::TooLong);
        }
        let bytes = BASE64.decode(text).map_err(|_| ConsumerError::Encoding)?;
        if bytes.len() > MAX_PAYLOAD {
            return Err(ConsumerError::TooLong);
        }
        let mut objects = read(&bytes)?.into_iter();
        if !objects.next().is_some_and(|first| first.tag == PAYLOAD_FORMAT && first.value == FORMAT) {
            return Err(ConsumerError::Format);
        }
        let (mut applications, mut common, mut other) = (Vec::new(), None, Vec::new());
        for object in objects {
            match object.tag {
                APPLICATION_TEMPLATE => applications.push(Application::read(&object.value)?),
                COMMON_TEMPLATE if common.is_some() => return Err(ConsumerError::Repeated(COMMON_TEMPLATE)),
                COMMON_TEMPLATE => common = Some(read(&object.value)?),
                PAYLOAD_FORMAT => return Err(ConsumerError::Repeated(PAYLOAD_FORMAT)),
                _ => other.push(object),
            }
        }
        if applications.is_empty() {
            return Err(ConsumerError::Missing(APPLICATION_TEMPLATE));
        }
        Ok(Self { applications, common: common.unwrap_or_default(), other })
    }

    /// Writes the text of a code.
    ///
    /// # Errors
    /// What would not be as the specification has it.
    pub fn write(&self) -> Result<String, ConsumerError> {
        if self.applications.is_empty() {
            return Err(ConsumerError::Missing(APPLICATION_TEMPLATE));
        }
        let mut out = Vec::with_capacity(MAX_PAYLOAD);
        put(&mut out, PAYLOAD_FORMAT, FORMAT)?;
        for application in &self.applications {
            put(&mut out, APPLICATION_TEMPLATE, &application.write()?)?;
        }
        if !self.common.is_empty() {
            put(&mut out, COMMON_TEMPLATE, &written(&self.common)?)?;
        }
        out.extend(written(&self.other)?);
        if out.len() > MAX_PAYLOAD {
            return Err(ConsumerError::TooLong);
        }
        Ok(BASE64.encode(out))
    }
}

impl Application {
    fn read(bytes: &[u8]) -> Result<Self, ConsumerError> {
        let (mut id, mut label, mut other) = (None, None, Vec::new());
        for object in read(bytes)? {
            match object.tag {
                APPLICATION_ID if id.is_none() => id = Some(object.value),
                APPLICATION_LABEL if label.is_none() => {
                    let text = String::from_utf8(object.value);
                    label = Some(text.map_err(|_| ConsumerError::Form(APPLICATION_LABEL, LABEL_FORM))?);
                }
                APPLICATION_ID | APPLICATION_LABEL => return Err(ConsumerError::Repeated(object.tag)),
                _ => other.push(object),
            }
        }
        let application = Self { id: id.ok_or(ConsumerError::Missing(APPLICATION_ID))?, label, other };
        application.check()?;
        Ok(application)
    }

    fn check(&self) -> Result<(), ConsumerError> {
        if !(5..=16).contains(&self.id.len()) {
            return Err(ConsumerError::Form(APPLICATION_ID, "between 5 and 16 bytes"));
        }
        let is_label =
            |text: &String| (1..=16).contains(&text.len()) && text.bytes().all(|b| (b' '..=b'~').contains(&b));
        if self.label.as_ref().is_some_and(|label| !is_label(label)) {
            return Err(ConsumerError::Form(APPLICATION_LABEL, LABEL_FORM));
        }
        Ok(())
    }

    fn write(&self) -> Result<Vec<u8>, ConsumerError> {
        self.check()?;
        let mut out = Vec::new();
        put(&mut out, APPLICATION_ID, &self.id)?;
        if let Some(label) = &self.label {
            put(&mut out, APPLICATION_LABEL, label.as_bytes())?;
        }
        out.extend(written(&self.other)?);
        Ok(out)
    }
}

const LABEL_FORM: &str = "between 1 and 16 printable ASCII characters";

/// The objects that stand one after the other in `bytes`.
fn read(bytes: &[u8]) -> Result<Vec<DataObject>, ConsumerError> {
    let (mut objects, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let wrong = ConsumerError::Malformed(at + 1);
        let (tag, tag_length) = tag(&bytes[at..]).ok_or(wrong)?;
        let (length, length_length) = length(&bytes[at + tag_length..]).ok_or(wrong)?;
        let start = at + tag_length + length_length;
        let value = bytes.get(start..start + length).ok_or(ConsumerError::Overrun(tag))?;
        objects.push(DataObject { tag, value: value.to_vec() });
        at = start + length;
    }
    Ok(objects)
}

/// The tag at the beginning, and its bytes: two when the low five bits of the first are set.
fn tag(bytes: &[u8]) -> Option<(Tag, usize)> {
    match bytes {
        [0, ..] | [] => None,
        [first, second, ..] if first & 0x1f == 0x1f => {
            (second & 0x80 == 0).then_some((Tag(u16::from_be_bytes([*first, *second])), 2))
        }
        [first, ..] if first & 0x1f == 0x1f => None,
        [first, ..] => Some((Tag(u16::from(*first)), 1)),
    }
}

/// The length at the beginning, and its bytes.
fn length(bytes: &[u8]) -> Option<(usize, usize)> {
    match bytes {
        [short @ 0..=0x7f, ..] => Some((usize::from(*short), 1)),
        [0x81, length, ..] => Some((usize::from(*length), 2)),
        [0x82, high, low, ..] => Some((usize::from(u16::from_be_bytes([*high, *low])), 3)),
        _ => None,
    }
}

fn written(objects: &[DataObject]) -> Result<Vec<u8>, ConsumerError> {
    let mut out = Vec::new();
    for object in objects {
        put(&mut out, object.tag, &object.value)?;
    }
    Ok(out)
}

fn put(out: &mut Vec<u8>, tag: Tag, value: &[u8]) -> Result<(), ConsumerError> {
    let [high, low] = tag.0.to_be_bytes();
    let bytes: &[u8] = if high == 0 { &[low] } else { &[high, low] };
    if self::tag(bytes) != Some((tag, bytes.len())) {
        return Err(ConsumerError::Form(tag, "not a tag"));
    }
    out.extend(bytes);
    match u16::try_from(value.len()).map_err(|_| ConsumerError::TooLong)?.to_be_bytes() {
        [0, short @ 0..=0x7f] => out.push(short),
        [0, length] => out.extend([0x81, length]),
        [high, low] => out.extend([0x82, high, low]),
    }
    out.extend(value);
    Ok(())
}

#[cfg(test)]
mod tests;
