//! The secret of a code, and the text that carries it.

use std::fmt;

use ring::digest::{SHA256, digest};
use zeroize::Zeroizing;

use crate::qr::consumer::{Application, ConsumerError, ConsumerPayload, DataObject, Tag};

/// Our application among those that a wallet may offer: of the kind that nobody registers (ISO/IEC 7816-5, category F).
const APPLICATION: &[u8] = b"\xf0LROCK\x01";
/// Its name on a terminal.
const LABEL: &str = "LIONROCK";
/// 63: what the application alone reads.
const TRANSPARENT: Tag = Tag(0x63);
/// DF20, a private object in it: the token.
const TOKEN: Tag = Tag(0xdf20);
const LENGTH: usize = 16;

/// 128 secret bits, which whoever scans the code sends back. Never printed; the database keeps a hash.
pub struct PresentedToken(Zeroizing<[u8; LENGTH]>);

/// A text that is no code of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOurCode {
    /// Not a consumer-presented code at all.
    #[error(transparent)]
    Unreadable(#[from] ConsumerError),
    /// A wallet of another scheme shows it.
    #[error("a code of another scheme")]
    OtherScheme,
}

impl PresentedToken {
    /// From random bits.
    pub fn new(random: [u8; LENGTH]) -> Self {
        Self(Zeroizing::new(random))
    }

    /// What the database keeps. A token has too many bits for its hash to be searched.
    pub fn digest(&self) -> Vec<u8> {
        digest(&SHA256, self.0.as_slice()).as_ref().to_vec()
    }

    /// The text of the code to show.
    ///
    /// # Errors
    /// None that is known of: the text is far shorter than a code may be.
    pub fn payload(&self) -> Result<Zeroizing<String>, ConsumerError> {
        let token = DataObject { tag: TOKEN, value: self.0.to_vec() };
        let application = Application {
            id: APPLICATION.to_vec(),
            label: Some(LABEL.to_owned()),
            other: vec![DataObject::template(TRANSPARENT, &[token])?],
        };
        let payload = ConsumerPayload { applications: vec![application], common: Vec::new(), other: Vec::new() };
        payload.write().map(Zeroizing::new)
    }

    /// Reads the text that a scanner gives. A wallet may offer other applications beside ours.
    ///
    /// # Errors
    /// [`NotOurCode`].
    pub fn read(payload: &str) -> Result<Self, NotOurCode> {
        let payload = ConsumerPayload::parse(payload)?;
        let ours = payload.applications.iter().find(|application| application.id == APPLICATION);
        let transparent = ours.and_then(|ours| ours.other.iter().find(|object| object.tag == TRANSPARENT));
        let objects = transparent.map(DataObject::objects).transpose()?.unwrap_or_default();
        let token = objects.into_iter().find(|object| object.tag == TOKEN).ok_or(NotOurCode::OtherScheme)?;
        let bits: [u8; LENGTH] = token.value.try_into().map_err(|_| NotOurCode::OtherScheme)?;
        Ok(Self::new(bits))
    }
}

impl fmt::Debug for PresentedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PresentedToken")
    }
}
