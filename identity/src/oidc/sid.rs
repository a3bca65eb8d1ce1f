//! What relying parties call a session (`sid`: OpenID Connect Back-Channel Logout, section 2.1). Pure.

use super::client::ClientId;
use crate::keys::Purpose;
use crate::session::SessionId;
use crate::{IdentityKeys, secret};

/// The name of a session for one relying party. Each gets another one: from a name that they shared, two could tell
/// that they serve the same resident.
pub(crate) fn sid(keys: &IdentityKeys, session: SessionId, client: &ClientId) -> String {
    let name = [session.as_uuid().as_bytes(), client.as_str().as_bytes()].concat();
    secret::encode(&keys.keyed_hash(Purpose::SessionAtClient, &name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::NOW;

    #[test]
    fn two_relying_parties_cannot_tell_that_they_share_a_session() {
        let keys = IdentityKeys::from_master(&[7; 32]);
        let (shop, bank) = (ClientId::parse("shop").unwrap(), ClientId::parse("bank").unwrap());
        let (one, two) = (SessionId::new(NOW, &[1; 10]), SessionId::new(NOW, &[2; 10]));
        assert_eq!(sid(&keys, one, &shop), sid(&keys, one, &shop));
        assert_ne!(sid(&keys, one, &shop), sid(&keys, one, &bank));
        assert_ne!(sid(&keys, one, &shop), sid(&keys, two, &shop));
    }
}
