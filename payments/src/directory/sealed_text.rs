//! The private part of an entry as bytes, before it is sealed: short, because there are millions of them.

use zeroize::Zeroizing;

use super::{AccountNumber, Owner, OwnerKind, Proxy, ProxyKind};

/// The part of an entry that is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Private {
    pub(crate) proxy: Proxy,
    pub(crate) account: AccountNumber,
    pub(crate) owner: Owner,
}

const ORGANISATION: u8 = 0x10;
const DIGITS: u8 = 0x20;
const ACCOUNT_OF_DIGITS: u8 = 0x40;

/// What account numbers consist of besides letters: each takes half a byte, by its place here.
const ACCOUNT_CHARACTERS: [u8; 14] = *b"0123456789-/. ";
/// Half a byte that nothing stands for: the rest of the last one.
const NOTHING: u8 = 0x0f;

/// A byte for the kinds, then each text behind its length; an absent name has none. A telephone number takes half a
/// byte a digit, and so does an account number without letters. An identity card number is left out: the entry is found by its hash, and nobody is to read it again.
pub(crate) fn encode(private: &Private) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(96));
    let value = if private.proxy.kind() == ProxyKind::Hkid { "" } else { private.proxy.value() };
    let packed = pack(value);
    let organisation = if private.owner.kind() == OwnerKind::Organisation { ORGANISATION } else { 0 };
    let (account, packed_account) = (private.account.as_str(), pack_account(private.account.as_str()));
    let digits = if packed.is_some() { DIGITS } else { 0 };
    let account_of_digits = if packed_account.is_some() { ACCOUNT_OF_DIGITS } else { 0 };
    bytes.push(kind_code(private.proxy.kind()) | organisation | digits | account_of_digits);
    put(&mut bytes, packed.as_deref().unwrap_or(value.as_bytes()));
    put(&mut bytes, packed_account.as_deref().unwrap_or(account.as_bytes()));
    let owner = &private.owner;
    for text in [owner.name_zh().unwrap_or(""), owner.name_en().unwrap_or("")] {
        put(&mut bytes, text.as_bytes());
    }
    bytes
}

/// Reads what [`encode`] made.
pub(crate) fn decode(bytes: &[u8]) -> Option<Private> {
    let (head, mut rest) = bytes.split_first()?;
    let kind = kind_of(head & 0x0f)?;
    let written = take(&mut rest)?;
    let value = if head & DIGITS == 0 { std::str::from_utf8(written).ok()?.to_owned() } else { unpack(written)? };
    let written = take(&mut rest)?;
    let account = if head & ACCOUNT_OF_DIGITS == 0 {
        AccountNumber::parse(std::str::from_utf8(written).ok()?)
    } else {
        AccountNumber::parse(&unpack_account(written)?)
    };
    let account = account.ok()?;
    let mut text = || std::str::from_utf8(take(&mut rest)?).ok();
    let owner_kind = if head & ORGANISATION == 0 { OwnerKind::Person } else { OwnerKind::Organisation };
    let owner = Owner::new(owner_kind, text(), text()).ok()?;
    rest.is_empty().then(|| Private { proxy: Proxy::from_normal_form(kind, value), account, owner })
}

/// Reads what entries held before the compact form: a byte for each kind, then each text behind its length in two
/// bytes.
pub(crate) fn decode_before(bytes: &[u8]) -> Option<Private> {
    let [proxy, owner, rest @ ..] = bytes else { return None };
    let proxy_kind = kind_of(*proxy)?;
    let owner_kind = match owner {
        1 => OwnerKind::Person,
        2 => OwnerKind::Organisation,
        _ => return None,
    };
    let mut rest = rest;
    let mut text = || -> Option<&str> {
        let (length, behind) = rest.split_first_chunk::<2>()?;
        let (text, behind) = behind.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        rest = behind;
        std::str::from_utf8(text).ok()
    };
    let proxy = Proxy::from_normal_form(proxy_kind, text()?.to_owned());
    let account = AccountNumber::parse(text()?).ok()?;
    let owner = Owner::new(owner_kind, text().filter(|name| !name.is_empty()), text()).ok()?;
    Some(Private { proxy, account, owner })
}

/// The half byte of a kind. A number once given stays.
const fn kind_code(kind: ProxyKind) -> u8 {
    match kind {
        ProxyKind::Mobile => 1,
        ProxyKind::Email => 2,
        ProxyKind::FpsId => 3,
        ProxyKind::Hkid => 4,
    }
}

fn kind_of(code: u8) -> Option<ProxyKind> {
    ProxyKind::ALL.into_iter().find(|kind| kind_code(*kind) == code)
}

/// A length of at most 16,383 in one or two bytes, and the bytes. Texts are at most 560 bytes long.
fn put(bytes: &mut Vec<u8>, text: &[u8]) {
    let length = u16::try_from(text.len()).unwrap_or(0x3fff).min(0x3fff);
    let [high, low] = length.to_be_bytes();
    if length < 0x80 {
        bytes.push(low);
    } else {
        // Fifteen bits behind a set one: 0x80 to 0xff cannot begin a short length.
        bytes.extend_from_slice(&[high | 0x80, low]);
    }
    bytes.extend_from_slice(&text[..usize::from(length)]);
}

fn take<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (first, behind) = rest.split_first()?;
    let (length, behind) = if *first < 0x80 {
        (usize::from(*first), behind)
    } else {
        let (low, behind) = behind.split_first()?;
        (usize::from(u16::from_be_bytes([first & 0x7f, *low])), behind)
    };
    let (text, behind) = behind.split_at_checked(length)?;
    *rest = behind;
    Some(text)
}

/// `+852-91234567` as the length of the country code and the digits, half a byte each. Nothing for other texts.
fn pack(value: &str) -> Option<Vec<u8>> {
    let (country, national) = value.strip_prefix('+')?.split_once('-')?;
    let mut halves = vec![u8::try_from(country.len()).ok().filter(|length| *length < 10)?];
    for c in country.chars().chain(national.chars()) {
        halves.push(u8::try_from(c.to_digit(10)?).ok()?);
    }
    Some(join(&halves))
}

/// `012-345678-001`, half a byte each. Nothing for a number with letters.
fn pack_account(account: &str) -> Option<Vec<u8>> {
    let half = |c: u8| u8::try_from(ACCOUNT_CHARACTERS.iter().position(|known| *known == c)?).ok();
    Some(join(&account.bytes().map(half).collect::<Option<Vec<u8>>>()?))
}

fn unpack_account(bytes: &[u8]) -> Option<String> {
    let character = |half| ACCOUNT_CHARACTERS.get(usize::from(half)).copied().map(char::from);
    halves(bytes).map(character).collect()
}

fn join(halves: &[u8]) -> Vec<u8> {
    halves.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&NOTHING)).collect()
}

fn halves(bytes: &[u8]) -> impl Iterator<Item = u8> {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]).take_while(|half| *half != NOTHING)
}

fn unpack(bytes: &[u8]) -> Option<String> {
    let mut halves = halves(bytes);
    let country = usize::from(halves.next()?);
    let mut value = String::with_capacity(bytes.len() * 2 + 1);
    value.push('+');
    for (at, half) in halves.enumerate() {
        if at == country {
            value.push('-');
        }
        value.push(char::from_digit(u32::from(half), 10)?);
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_encoded_is_read_back(
            mobile in "\\+?[0-9]{8,14}", local in "[a-z0-9]{1,64}",
            account in prop_oneof!["[0-9A-Z-]{1,34}", "[0-9][0-9 ./-]{0,32}[0-9]"],
            zh in "[\u{4e00}-\u{9fff}]{0,140}", en in "[A-Za-z]{1,20}( [A-Za-z]{1,20}){0,3}", person in any::<bool>(),
        ) {
            let email = Proxy::parse(ProxyKind::Email, &format!("{local}@example.hk")).ok();
            let mobile = Proxy::parse(ProxyKind::Mobile, &mobile).ok();
            let kind = if person { OwnerKind::Person } else { OwnerKind::Organisation };
            let owner = Owner::new(kind, Some(&zh), Some(&en)).unwrap();
            for proxy in email.into_iter().chain(mobile) {
                let account = AccountNumber::parse(&account).unwrap();
                let private = Private { proxy, account, owner: owner.clone() };
                prop_assert_eq!(decode(&encode(&private)), Some(private));
            }
        }

        #[test]
        fn no_bytes_make_the_reader_fail(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            decode(&bytes);
            decode_before(&bytes);
        }
    }

    #[test]
    fn an_identity_card_number_is_not_sealed_at_all() {
        let private = Private {
            proxy: Proxy::parse(ProxyKind::Hkid, "A123456(3)").unwrap(),
            account: AccountNumber::parse("012-1").unwrap(),
            owner: Owner::new(OwnerKind::Person, Some("陳大文"), None).unwrap(),
        };
        let bytes = encode(&private);
        assert!(!bytes.windows(6).any(|window| window == b"123456"));
        let read = decode(&bytes).unwrap();
        assert_eq!((read.proxy.kind(), read.proxy.value(), read.owner), (ProxyKind::Hkid, "", private.owner));
    }

    #[test]
    fn an_account_number_without_letters_is_packed() {
        for account in ["012-345678-001", "1", "12/34.56 78"] {
            let packed = pack_account(account).unwrap();
            assert_eq!(packed.len(), account.len().div_ceil(2));
            assert_eq!(unpack_account(&packed).as_deref(), Some(account));
        }
        assert_eq!(pack_account("HK12"), None);
    }

    #[test]
    fn what_was_encoded_before_accounts_were_packed_is_read() {
        let bytes = [&[0x21, 6, 0x38, 0x52, 0x91, 0x23, 0x45, 0x67, 5], b"012-1".as_slice(), &[0, 1], b"A"].concat();
        let read = decode(&bytes).unwrap();
        assert_eq!((read.proxy.value(), read.account.as_str()), ("+852-91234567", "012-1"));
        assert_eq!(read.owner.name_en(), Some("A"));
        assert!(encode(&read).len() < bytes.len());
    }

    #[test]
    fn a_telephone_number_is_packed() {
        for value in ["+852-91234567", "+1-4155550132", "+86-13812345678"] {
            let packed = pack(value).unwrap();
            assert!(packed.len() <= 7);
            assert_eq!(unpack(&packed).as_deref(), Some(value));
        }
        assert_eq!(pack("a@example.hk"), None);
    }
}
