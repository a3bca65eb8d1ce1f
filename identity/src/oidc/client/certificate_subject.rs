//! The one name by which a client is known in its certificates (RFC 8705, section 2.1.2), and whether a certificate
//! bears it.

use std::net::IpAddr;

use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;

use super::distinguished_name::DistinguishedName;

/// The kinds of names, each with the member of metadata that holds it.
pub(super) const MEMBERS: [&str; 5] = [
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
];

/// A name that the certificates of a client bear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateSubject {
    member: &'static str,
    text: String,
    name: Name,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Name {
    Distinguished(DistinguishedName),
    Dns(String),
    Uri(String),
    Ip(IpAddr),
    Email(String),
}

impl CertificateSubject {
    /// Reads the name that stands in this member of metadata. `None` when it is no such name.
    pub(super) fn parse(member: &'static str, text: &str) -> Option<Self> {
        let visible = |text: &str| (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
        let plain = Some(text).filter(|text| visible(text)).map(str::to_owned);
        let name = match member {
            "tls_client_auth_subject_dn" => Name::Distinguished(DistinguishedName::parse(text)?),
            "tls_client_auth_san_dns" => Name::Dns(plain?),
            "tls_client_auth_san_uri" => Name::Uri(plain?),
            "tls_client_auth_san_ip" => Name::Ip(text.parse().ok()?),
            "tls_client_auth_san_email" => Name::Email(plain?),
            _ => return None,
        };
        Some(Self { member, text: text.to_owned(), name })
    }

    /// The member of metadata and its text.
    pub(super) fn as_member(&self) -> (&'static str, &str) {
        (self.member, &self.text)
    }

    /// Whether a certificate bears this name.
    pub(crate) fn is_borne_by(&self, der: &[u8]) -> bool {
        let Ok((_, certificate)) = X509Certificate::from_der(der) else { return false };
        if let Name::Distinguished(name) = &self.name {
            return DistinguishedName::of(certificate.subject()).as_ref() == Some(name);
        }
        let Ok(Some(alternatives)) = certificate.subject_alternative_name() else { return false };
        alternatives.value.general_names.iter().any(|found| match (&self.name, found) {
            (Name::Dns(name), GeneralName::DNSName(found)) => name.eq_ignore_ascii_case(found),
            (Name::Uri(name), GeneralName::URI(found)) | (Name::Email(name), GeneralName::RFC822Name(found)) => {
                name == found
            }
            (Name::Ip(IpAddr::V4(name)), GeneralName::IPAddress(found)) => name.octets() == **found,
            (Name::Ip(IpAddr::V6(name)), GeneralName::IPAddress(found)) => name.octets() == **found,
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, SanType};

    use super::*;

    /// A certificate of the shop, with one alternative name of each kind.
    fn certificate() -> Vec<u8> {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CountryName, "HK");
        params.distinguished_name.push(DnType::OrganizationName, "Morning Light, Ltd");
        params.distinguished_name.push(DnType::CommonName, "shop");
        params.subject_alt_names = vec![
            SanType::DnsName("shop.example".try_into().unwrap()),
            SanType::URI("spiffe://city/shop".try_into().unwrap()),
            SanType::Rfc822Name("shop@shop.example".try_into().unwrap()),
            SanType::IpAddress("192.0.2.7".parse().unwrap()),
            SanType::IpAddress("2001:db8::7".parse().unwrap()),
        ];
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    fn bears(member: &'static str, text: &str) -> bool {
        CertificateSubject::parse(member, text).unwrap().is_borne_by(&certificate())
    }

    #[test]
    fn a_certificate_bears_its_own_names_and_no_others() {
        for (member, own, other) in [
            ("tls_client_auth_subject_dn", "CN=shop,O=Morning Light\\, Ltd,C=HK", "CN=shop,O=Morning Light,C=HK"),
            (
                "tls_client_auth_subject_dn",
                "CN=SHOP, O=morning light\\2c ltd, C=HK",
                "C=HK,O=Morning Light\\, Ltd,CN=shop",
            ),
            ("tls_client_auth_san_dns", "Shop.example", "hop.example"),
            ("tls_client_auth_san_uri", "spiffe://city/shop", "spiffe://city/Shop"),
            ("tls_client_auth_san_email", "shop@shop.example", "shop.example"),
            ("tls_client_auth_san_ip", "192.0.2.7", "192.0.2.8"),
            ("tls_client_auth_san_ip", "2001:DB8:0::7", "2001:db8::8"),
        ] {
            assert!(bears(member, own), "{own}");
            assert!(!bears(member, other), "{other}");
        }
        assert!(!CertificateSubject::parse("tls_client_auth_san_dns", "shop.example").unwrap().is_borne_by(b"rubbish"));
    }

    #[test]
    fn what_is_no_name_is_not_registered() {
        for (member, bad) in [
            ("tls_client_auth_subject_dn", "shop"),
            ("tls_client_auth_san_dns", "two words"),
            ("tls_client_auth_san_uri", ""),
            ("tls_client_auth_san_ip", "192.0.2"),
            ("shoe_size", "43"),
        ] {
            assert_eq!(CertificateSubject::parse(member, bad), None, "{member}");
        }
    }
}
