//! The emergency stop: of a client, a resident or a key, at every gateway, from the next request on.

use super::*;

/// What somebody signed in to before the stop.
struct Before {
    shop: RelyingParty,
    tokens: TokenResponse,
    unredeemed: String,
    ticket: InteractionTicket,
}

impl World {
    fn before_the_stop(&self) -> Before {
        let shop = self.relying_party("shop");
        let tokens = self.redeem(&shop, &self.code(&shop, &[], &self.session()), &[], NOW).unwrap();
        let unredeemed = self.code(&shop, &[], &self.session());
        let ticket = sign_in_page(self.begin(&shop, &[("prompt", "login")], None)).ticket;
        Before { shop, tokens, unredeemed, ticket }
    }

    fn reuse_is_refused(&self, before: &Before) {
        let gateway = another(self);
        let authorization = Some(format!("Bearer {}", before.tokens.access_token));
        let request = EndpointRequest { authorization, ..EndpointRequest::default() };
        assert_eq!(refusal(gateway.userinfo(&request, NOW)).code.as_str(), "invalid_token");
    }
}

#[test]
fn a_client_that_is_stopped_is_unknown_and_what_it_held_is_dead_for_good() {
    each(|world| {
        let before = world.before_the_stop();
        let id = crate::oidc::client::ClientId::parse("shop").unwrap();
        assert!(world.identity.stop_client(&id, &clerk(), NOW).unwrap());
        assert!(!world.identity.stop_client(&id, &clerk(), NOW).unwrap());
        assert_eq!(world.identity.stopped_clients().unwrap().len(), 1);
        world.reuse_is_refused(&before);
        assert_eq!(error_page(world.begin(&before.shop, &[], None)), PageError::Client);
        let step = another(world).continue_authorization(&before.ticket, None, NOW).unwrap();
        assert_eq!(error_page(step), PageError::Interaction);
        let redeemed = world.redeem(&before.shop, &before.unredeemed, &[], NOW);
        assert_eq!(refusal(redeemed).code.as_str(), "invalid_client");

        assert!(world.identity.resume_client(&id, &clerk(), NOW).unwrap());
        world.reuse_is_refused(&before);
        assert_eq!(refusal(world.redeem(&before.shop, &before.unredeemed, &[], NOW)).code.as_str(), "invalid_grant");
        code_in(&world.begin(&before.shop, &[], Some(&world.session())));
        assert_eq!(world.identity.client(&id).unwrap().unwrap().id, id);
    });
}

#[test]
fn what_a_stopped_resident_authorized_is_dead_for_good() {
    each(|world| {
        let before = world.before_the_stop();
        world.identity.suspend_resident(world.resident, &clerk(), NOW).unwrap();
        world.reuse_is_refused(&before);
        assert_eq!(refusal(world.redeem(&before.shop, &before.unredeemed, &[], NOW)).code.as_str(), "invalid_grant");
        world.identity.reinstate_resident(world.resident, &clerk(), NOW).unwrap();
        world.reuse_is_refused(&before);
        code_in(&world.begin(&before.shop, &[], Some(&world.session())));
    });
}

#[test]
fn what_a_revoked_key_signed_is_refused_by_a_gateway_that_still_remembers_the_key() {
    each(|world| {
        let before = world.before_the_stop();
        let other = another(world);
        let authorization = Some(format!("Bearer {}", before.tokens.access_token));
        let request = EndpointRequest { authorization, ..EndpointRequest::default() };
        other.userinfo(&request, NOW).unwrap();
        let asked = |now| world.request(&before.shop, &[("token", &before.tokens.access_token)], now);
        assert_eq!(other.introspect(&asked(NOW), NOW).unwrap()["active"], true);
        let key = world.identity.signing_key(crate::jose::SigningAlgorithm::Es256, NOW).unwrap();
        assert!(world.identity.revoke_signing_key(key.kid(), &clerk(), NOW).unwrap());
        assert_eq!(refusal(other.userinfo(&request, NOW)).code.as_str(), "invalid_token");
        assert_eq!(other.introspect(&asked(NOW), NOW).unwrap()["active"], false);
        let fresh = world.redeem(&before.shop, &world.code(&before.shop, &[], &world.session()), &[], NOW).unwrap();
        world.userinfo(&fresh.access_token, NOW).unwrap();
    });
}
