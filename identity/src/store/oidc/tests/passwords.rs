//! Signing in by password: only where it is taken, told nothing, and slowly.

use std::net::IpAddr;

use serde_json::json;

use super::*;
use crate::authenticator::{Password, PasswordRefusal, UserName};
use crate::oidc::authorize::BrowserSecret;
use crate::session::SignedIn;

const PASSWORD: &str = "correct horse battery";
const HOME: &str = "192.0.2.1";

fn name(text: &str) -> UserName {
    UserName::parse(text).unwrap()
}

fn password(text: &str) -> Password {
    Password::typed(text.to_owned())
}

/// A shop that takes passwords, and 陳大文 with one.
fn shop(world: &World) -> RelyingParty {
    let shop = RelyingParty::new("shop", crate::jose::SigningAlgorithm::Es256);
    let mut metadata = shop.metadata();
    metadata["allowed_sign_in_methods"] = json!(["passkey", "password"]);
    world.identity.add_client(&metadata, &clerk(), NOW).unwrap();
    world.identity.set_password(world.resident, &name("taiman"), &password(PASSWORD), &clerk(), NOW).unwrap();
    shop
}

impl World {
    fn waiting(&self, party: &RelyingParty) -> SignInPage {
        sign_in_page(self.begin(party, &[], None))
    }

    fn try_password(
        &self,
        at: &InteractionTicket,
        who: &str,
        typed: &str,
        from: &str,
        now: Timestamp,
    ) -> Result<SignedIn, PasswordRefusal> {
        let from: IpAddr = from.parse().unwrap();
        match self.identity.sign_in_by_password(at, UserName::parse(who).as_ref(), &password(typed), from, now) {
            Ok(signed_in) => Ok(signed_in),
            Err(crate::Error::Password(refusal)) => Err(refusal),
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_resident_signs_in_by_password_where_the_relying_party_takes_it() {
    each(|world| {
        let shop = shop(world);
        let page = world.waiting(&shop);
        assert!(page.takes_password);
        let signed_in = world.try_password(&page.ticket, "TaiMan", PASSWORD, HOME, NOW).unwrap();
        assert_eq!(signed_in.session.resident, world.resident);
        let step = world.identity.continue_authorization(&page.ticket, Some(&signed_in.session), NOW).unwrap();
        let code = code_in(&world.grant(&consent_page(step).ticket, &signed_in.session, &[]));
        let claims = claims_of(&world.identity, id_token(&world.redeem(&shop, &code, &[], NOW).unwrap()));
        assert_eq!(claims["acr"], "http://eidas.europa.eu/LoA/low");
        assert_eq!(claims["amr"], json!(["pwd"]));
    });
}

#[test]
fn elsewhere_a_password_opens_nothing() {
    each(|world| {
        let (shop, strict) = (shop(world), world.relying_party("strict"));
        let page = world.waiting(&strict);
        assert!(!page.takes_password);
        let tried = world.try_password(&page.ticket, "taiman", PASSWORD, HOME, NOW);
        assert_eq!(tried.unwrap_err(), PasswordRefusal::NotAllowed);
        let stolen = InteractionTicket { browser: BrowserSecret::new([9; 32]), ..world.waiting(&shop).ticket };
        let tried = world.try_password(&stolen, "taiman", PASSWORD, HOME, NOW);
        assert_eq!(tried.unwrap_err(), PasswordRefusal::NotAllowed);

        let weak = world.try_password(&world.waiting(&shop).ticket, "taiman", PASSWORD, HOME, NOW).unwrap().session;
        sign_in_page(world.begin(&strict, &[], Some(&weak)));
        let quiet = world.begin(&strict, &[("prompt", "none")], Some(&weak));
        assert_eq!(answer(&quiet, "error").as_deref(), Some("login_required"));
    });
}

#[test]
fn nobody_learns_whose_user_name_it_is() {
    each(|world| {
        let shop = shop(world);
        let ticket = world.waiting(&shop).ticket;
        let suspended = active(&world.identity, &ho());
        world.identity.set_password(suspended, &name("meiyee"), &password(PASSWORD), &clerk(), NOW).unwrap();
        world.identity.suspend_resident(suspended, &clerk(), NOW).unwrap();
        for (who, typed) in [("taiman", "wrong"), ("nobody", PASSWORD), ("meiyee", PASSWORD), ("", PASSWORD)] {
            let refusal = world.try_password(&ticket, who, typed, HOME, NOW).unwrap_err();
            assert_eq!(refusal, PasswordRefusal::Wrong, "{who}");
        }
        let taken = world.identity.set_password(world.resident, &name("meiyee"), &password(PASSWORD), &clerk(), NOW);
        assert!(matches!(taken, Err(crate::Error::Password(PasswordRefusal::UserNameTaken))));
    });
}

#[test]
fn guessing_is_slowed_down_and_the_owner_is_not_locked_out() {
    each(|world| {
        let shop = shop(world);
        let ticket = world.waiting(&shop).ticket;
        world.try_password(&ticket, "taiman", PASSWORD, HOME, NOW).unwrap();
        for attempt in 0..20 {
            let from = format!("198.51.100.{}", attempt / 4);
            assert_eq!(world.try_password(&ticket, "taiman", "guess", &from, NOW).unwrap_err(), PasswordRefusal::Wrong);
        }
        let until = NOW + Duration::from_mins(15);
        let strange = world.try_password(&ticket, "taiman", PASSWORD, "203.0.113.9", NOW);
        assert_eq!(strange.unwrap_err(), PasswordRefusal::TooMany { until }, "even the right one, from a stranger");
        world.try_password(&ticket, "taiman", PASSWORD, HOME, NOW).unwrap();
        for _ in 0..5 {
            world.try_password(&ticket, "nobody", "guess", "2001:db8::1", NOW).unwrap_err();
        }
        let neighbour = world.try_password(&ticket, "nobody", "guess", "2001:db8::ffff", NOW);
        assert_eq!(neighbour.unwrap_err(), PasswordRefusal::TooMany { until }, "one /64 is one address");
    });
}
