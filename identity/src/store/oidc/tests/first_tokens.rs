//! The first access token of an authorization, which has no row of its own.

use ::store::{Conn, on_db};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::json;

use super::*;
use crate::store::oidc::schema::{access_token, oauth_grant, refresh_token};

const MIGRATION: &str = include_str!("../../../../../migrations/sqlite/0038_first_access_tokens/up.sql");

/// A client that may refresh, with its first tokens.
fn refreshing(world: &World) -> (RelyingParty, TokenResponse) {
    let party = RelyingParty::new("shop", crate::jose::SigningAlgorithm::Es256);
    let mut metadata = party.metadata();
    metadata["grant_types"] = json!(["authorization_code", "refresh_token"]);
    world.identity.add_client(&metadata, &clerk(), NOW).unwrap();
    let offline = [("scope", "openid profile email offline_access"), ("prompt", "consent")];
    let code = world.code(&party, &offline, &world.session());
    let tokens = world.redeem(&party, &code, &[], NOW).unwrap();
    (party, tokens)
}

fn refresh(world: &World, party: &RelyingParty, tokens: &TokenResponse) -> TokenResponse {
    let form = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh_token.as_deref().unwrap())];
    world.identity.token(&world.request(party, &form, NOW), NOW).unwrap()
}

fn rows(world: &World) -> [i64; 3] {
    let count = |conn: &mut Conn<'_>| -> Result<[i64; 3], crate::Error> {
        Ok(on_db!(conn, c => [
            oauth_grant::table.count().get_result(c)?,
            access_token::table.count().get_result(c)?,
            refresh_token::table.count().get_result(c)?,
        ]))
    };
    world.identity.db().read(count).unwrap()
}

#[test]
fn it_ends_alone_when_it_is_revoked_and_with_the_authorization_otherwise() {
    each(|world| {
        let (shop, first) = refreshing(world);
        assert_eq!(rows(world), [1, 0, 1]);
        let second = refresh(world, &shop, &first);
        assert_eq!(rows(world), [1, 1, 1]);
        let revoke = |token: &str| {
            let asked = world.request(&shop, &[("token", token)], NOW);
            world.identity.revoke_token(&asked, NOW).unwrap();
        };
        let stands = |tokens: &TokenResponse| world.userinfo(&tokens.access_token, NOW).is_ok();
        assert!(stands(&first) && stands(&second));
        revoke(&first.access_token);
        assert!(!stands(&first) && stands(&second), "the first alone");
        let third = refresh(world, &shop, &first);
        revoke(&second.access_token);
        assert!(!stands(&second) && stands(&third), "a later one alone");
        revoke(first.refresh_token.as_deref().unwrap());
        assert!(!stands(&third));
        assert_eq!(rows(world), [0, 0, 0]);
    });
}

#[test]
fn what_was_given_before_the_tables_were_made_anew_stands_and_ends_with_its_consent() {
    let world = alone();
    let (shop, first) = refreshing(&world);
    let second = refresh(&world, &shop, &first);
    let before = rows(&world);
    let migrate = |conn: &mut Conn<'_>| -> Result<(), crate::Error> {
        let Conn::Sqlite(conn) = conn else { panic!("PostgreSQL drops a constraint") };
        Ok(conn.batch_execute(MIGRATION)?)
    };
    world.identity.db().write(migrate).unwrap();
    assert_eq!(rows(&world), before);
    for tokens in [&first, &second, &refresh(&world, &shop, &first)] {
        assert_eq!(world.userinfo(&tokens.access_token, NOW).unwrap()["name"], "CHAN Tai Man");
    }
    assert!(world.identity.revoke_consent(world.resident, "shop", &clerk(), NOW).unwrap());
    assert_eq!(rows(&world), [0, 0, 0], "whatever refers to it goes with it");
}
