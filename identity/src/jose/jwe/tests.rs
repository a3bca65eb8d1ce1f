//! The vectors of the standards for each step, and whole tokens opened again by a recipient.

use aes::Aes256;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use serde_json::Value;

use super::*;

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex).unwrap()
}

/// RFC 7518, appendix C.
#[test]
fn a_key_is_derived_as_the_standard_shows() {
    let shared = bytes("9e56d91d817135d372834283bf84269cfb316ea3da806a48f6daa7798cfe90c4");
    let key = key_agreement::derive(&shared, "A128GCM", b"Alice", b"Bob", 128);
    assert_eq!(URL_SAFE_NO_PAD.encode(&key[..16]), "VqqN6vgjbSBcIijNcacQGg");
}

/// RFC 3394, section 4.6.
#[test]
fn a_key_is_wrapped_as_the_standard_shows() {
    let with: [u8; 32] = std::array::from_fn(|at| u8::try_from(at).unwrap());
    let key = bytes("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f");
    let expected = "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21";
    assert_eq!(wrap(&with, &key), Some(bytes(expected)));
}

/// RFC 7518, appendix B.3.
#[test]
fn content_is_authenticated_as_the_standard_shows() {
    let key: Vec<u8> = (0..64).collect();
    let iv: [u8; 16] = bytes("1af38c2dc2b96ffdd86694092341bc04").try_into().unwrap();
    let content = b"A cipher system must not be required to be secret, and it must be able to fall into the hands of \
        the enemy without inconvenience";
    let header = b"The second principle of Auguste Kerckhoffs";
    let sealed = content::cbc_hs512(&key, iv, content, header).unwrap();
    assert_eq!(sealed.ciphertext[..16], bytes("4affaaadb78c31c5da4b1b590d10ffbd"));
    assert_eq!(sealed.tag, bytes("4dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5"));
}

/// A recipient: the public key as it is registered, and the private one.
fn recipient() -> (Value, EphemeralPrivateKey) {
    let private = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).unwrap();
    let public = private.compute_public_key().unwrap();
    let coordinate = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&public.as_ref()[range]);
    (json!({"kty": "EC", "crv": "P-256", "x": coordinate(1..33), "y": coordinate(33..65), "use": "enc"}), private)
}

/// What a token says to whoever comes to the same key with the point of its sender.
fn open(token: &str, agree: impl FnOnce(Vec<u8>) -> Option<Zeroizing<[u8; 32]>>) -> Option<String> {
    let parts: Vec<_> = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
    let [header, wrapped, iv, ciphertext, tag] = parts.try_into().ok()?;
    let aad = token.split('.').next()?.as_bytes();
    let header: Value = serde_json::from_slice(&header).ok()?;
    let coordinate = |name: &str| URL_SAFE_NO_PAD.decode(header["epk"][name].as_str().unwrap()).unwrap();
    let agreed = agree([vec![4], coordinate("x"), coordinate("y")].concat())?;
    let mut key = vec![0; wrapped.len() - 8];
    KwAes256::new((&*agreed).into()).unwrap_key(&wrapped, &mut key).ok()?;
    let content = if header["enc"] == "A256GCM" {
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).unwrap());
        let mut content = [ciphertext, tag].concat();
        let nonce = Nonce::try_assume_unique_for_key(&iv).unwrap();
        key.open_in_place(nonce, Aad::from(aad), &mut content).ok()?.to_vec()
    } else {
        let cipher = cbc::Decryptor::<Aes256>::new_from_slices(&key[32..], &iv).unwrap();
        let mut content = vec![0; ciphertext.len()];
        let content = cipher.decrypt_padded_b2b::<Pkcs7>(&ciphertext, &mut content).ok()?.to_vec();
        let again = content::cbc_hs512(&key, iv.try_into().ok()?, &content, aad)?;
        (again.tag == tag).then_some(content)?
    };
    String::from_utf8(content).ok()
}

/// Agrees with a key pair that ring made, for this once.
fn agrees(private: EphemeralPrivateKey) -> impl FnOnce(Vec<u8>) -> Option<Zeroizing<[u8; 32]>> {
    let derive = |shared: &[u8]| key_agreement::derive(shared, KEY_MANAGEMENT, b"", b"", 256);
    move |point| agree_ephemeral(private, &UnparsedPublicKey::new(&ECDH_P256, point), derive).ok()
}

/// Made with `jose` 6 for Node, by a key that was made for this.
#[test]
fn what_others_encrypt_is_opened_by_the_same_steps() {
    let private = URL_SAFE_NO_PAD.decode("vCAfSlsmyRHcPRrFsWhYZDZ_cMn0bVGDxCsEnlJqmWY").unwrap();
    let private = p256::SecretKey::from_slice(&private).unwrap();
    let agree = |point: Vec<u8>| {
        let theirs = p256::PublicKey::from_sec1_bytes(&point).ok()?;
        let shared = p256::ecdh::diffie_hellman(private.to_nonzero_scalar(), theirs.as_affine());
        Some(key_agreement::derive(shared.raw_secret_bytes().as_slice(), KEY_MANAGEMENT, b"", b"", 256))
    };
    for token in [A256GCM, A256CBC_HS512] {
        assert_eq!(open(token, agree).as_deref(), Some("from npm jose"));
    }
}

#[test]
fn the_recipient_opens_what_was_encrypted_to_it_and_nobody_else() {
    for encryption in ContentEncryption::ALL {
        for length in [0, 15, 16, 1_000] {
            let (jwk, private) = recipient();
            let to = RecipientKey::among(&[serde_json::from_value(jwk).unwrap()]).unwrap();
            let said = "x".repeat(length);
            let token = encrypt(&said, &to, encryption).unwrap();
            assert_ne!(token, encrypt(&said, &to, encryption).unwrap());
            assert_eq!(open(&token, agrees(recipient().1)), None);
            assert_eq!(open(&token, agrees(private)), Some(said));
        }
    }
}

#[test]
fn the_key_for_encryption_is_chosen_among_others() {
    let key = |members: Value| -> Jwk {
        let mut jwk = recipient().0;
        for (name, value) in members.as_object().unwrap() {
            jwk[name] = value.clone();
        }
        crate::jose::public_key(&jwk).unwrap()
    };
    let kid = |keys: &[Jwk]| RecipientKey::among(keys).and_then(|to| to.kid);
    let signs = key(json!({"use": "sig", "kid": "signs"}));
    let open = key(json!({"use": null, "kid": "open"}));
    let encrypts = key(json!({"kid": "encrypts"}));
    let by_algorithm = key(json!({"use": null, "alg": KEY_MANAGEMENT, "kid": "by algorithm"}));
    let es256 = key(json!({"use": null, "alg": "ES256", "kid": "es256"}));
    assert_eq!(kid(&[signs.clone(), open.clone(), encrypts]).as_deref(), Some("encrypts"));
    assert_eq!(kid(&[signs.clone(), open.clone(), by_algorithm]).as_deref(), Some("by algorithm"));
    assert_eq!(kid(&[signs.clone(), es256.clone(), open]).as_deref(), Some("open"));
    assert_eq!(RecipientKey::among(&[signs, es256]), None);
}

const A256GCM: &str = "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkEyNTZHQ00iLCJjdHkiOiJKV1QiLCJlcGsiOnsieCI6Ims4Mi1XaXpKUnNESmowVzZ5T1ZnSG9ydWxWN2pMcDhxdmVrOFhVaE5kZkEiLCJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieSI6InBWRkxaM1ZJWkZsLUFidXVaZUFjX1BXMWdBX2Exa0w5YklCWlBkZ0lFM28ifX0.I-EGySlKRRDlstCHXen0YcS2Z9C2FgpxvF2uaj6xvYOfrRi7GwIGSQ.WXoqXBgivN6LF7L_.iAE3__NOIS6uE_mdLQ.Uy64twUCM1szHcb68nMWew";
const A256CBC_HS512: &str = "eyJhbGciOiJFQ0RILUVTK0EyNTZLVyIsImVuYyI6IkEyNTZDQkMtSFM1MTIiLCJjdHkiOiJKV1QiLCJlcGsiOnsieCI6IlNXd1V1eWlMUHB6aEgtWFA0alZTUk51bXN3WFUzUDROX2t5aVl2OXJSY1UiLCJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieSI6IjdsbkNIemswNnVqWHNDT2dnQmNCLXkxYTRKb2hmZ3pwQnFHSGVhM3lYMmcifX0.tohXzPIo31V-kfvLQpw46OTllK6NS4MtHyulCb_sL-x9MQqy7ETtBspgqd7n5f8qn7Vtn8803MAmRpF3REIf3ADQFs7H8UlH.8nHb1vs3IKvpvGBAO_ZapA.I9FM-uRshEPjZuCFKX867w.9UFQGQjNTgb1RlF7uhXL1GUfOET4WRwOLuQxIbLBNu0";
