//! How a client is told what it is told: signed, encrypted, or as it is (OpenID Connect Dynamic Client Registration,
//! section 2).

use super::MetadataError;
use super::members::{Metadata, refuse};
use crate::jose::{ContentEncryption, KEY_MANAGEMENT, RecipientKey, SigningAlgorithm};
use crate::oidc::client::{ClientKeys, SecurityProfile};

/// The pair of members that ask for encryption.
type Members = (&'static str, &'static str);
const ID_TOKEN: Members = ("id_token_encrypted_response_alg", "id_token_encrypted_response_enc");
const USERINFO: Members = ("userinfo_encrypted_response_alg", "userinfo_encrypted_response_enc");

impl Metadata<'_> {
    /// How id_tokens are encrypted, if they are.
    pub(super) fn id_token_encryption(&self, keys: &ClientKeys) -> Result<Option<ContentEncryption>, MetadataError> {
        self.encryption(ID_TOKEN, keys)
    }

    /// What the answers of the userinfo endpoint are signed with, and how they are then encrypted.
    pub(super) fn userinfo_response(
        &self,
        profile: SecurityProfile,
        keys: &ClientKeys,
    ) -> Result<(Option<SigningAlgorithm>, Option<ContentEncryption>), MetadataError> {
        const FIELD: &str = "userinfo_signed_response_alg";
        let algorithm = match (self.text(FIELD)?.map(str::parse), profile) {
            (None, _) => None,
            (Some(Ok(SigningAlgorithm::Rs256)), SecurityProfile::Fapi2) => {
                return Err(refuse(FIELD, "not RS256 for fapi2 clients"));
            }
            (Some(Ok(algorithm)), _) => Some(algorithm),
            (Some(Err(())), _) => return Err(refuse(FIELD, "RS256, ES256, PS256 or EdDSA")),
        };
        let encryption = self.encryption(USERINFO, keys)?;
        if encryption.is_some() && algorithm.is_none() {
            return Err(refuse(FIELD, "what is encrypted is signed first"));
        }
        Ok((algorithm, encryption))
    }

    /// What is not said is refused rather than filled in: the standard's default is an encryption that is not offered.
    fn encryption(&self, (alg, enc): Members, keys: &ClientKeys) -> Result<Option<ContentEncryption>, MetadataError> {
        let asked = self.text(enc)?.map(|name| name.parse().map_err(|()| refuse(enc, "A256GCM or A256CBC-HS512")));
        match (self.text(alg)?, asked.transpose()?) {
            (None, None) => Ok(None),
            (Some(KEY_MANAGEMENT), Some(encryption)) if may_encrypt_to(keys) => Ok(Some(encryption)),
            (Some(KEY_MANAGEMENT), Some(_)) => Err(refuse("jwks", "encryption needs a P-256 key (use: enc)")),
            (Some(KEY_MANAGEMENT), None) => Err(refuse(enc, "say A256GCM or A256CBC-HS512")),
            (_, _) => Err(refuse(alg, KEY_MANAGEMENT)),
        }
    }
}

fn may_encrypt_to(keys: &ClientKeys) -> bool {
    match keys {
        ClientKeys::None => false,
        ClientKeys::Registered(set) => RecipientKey::among(&set.keys).is_some(),
        ClientKeys::Published(_) => true,
    }
}
