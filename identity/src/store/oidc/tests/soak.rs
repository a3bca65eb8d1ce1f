//! Nothing that expires is kept: under the same load day after day, every table levels off.

use std::collections::BTreeMap;

use ::store::{Conn, on_db};
use diesel::prelude::*;

use super::*;
use crate::oidc::logout::LogoutRequest;
use crate::store::sessions;

const STEP: Duration = Duration::from_mins(30);
const STEPS_A_DAY: u32 = 48;

/// The tables whose rows expire.
const EXPIRING: [&str; 12] = [
    "activation_session",
    "ceremony",
    "session",
    "sign_in_tally",
    "pushed_request",
    "interaction",
    "oauth_grant",
    "access_token",
    "used_assertion",
    "session_client",
    "logout_notice",
    "signing_key",
];

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    rows: i64,
}

fn count(conn: &mut Conn<'_>, table: &str) -> Result<i64, crate::Error> {
    let query = format!("SELECT count(*) AS rows FROM {table}");
    let count: Count = on_db!(conn, c => diesel::sql_query(&query).get_result(c))?;
    Ok(count.rows)
}

impl World {
    /// What happens in half an hour: sign-ins that end, that are left alone, that are given up, and signing out.
    fn half_an_hour(&self, shop: &RelyingParty, now: Timestamp) {
        let identity = &self.identity;
        identity.start_sign_in(now).unwrap();
        let begun = sessions::begin(self.resident, &["pop"], Assurance::Substantial, now).unwrap();
        let (session, hash) = (begun.session.clone(), begun.secret.keyed_hash(identity.keys()));
        identity.db().write(move |conn| sessions::insert(conn, &session, &hash)).unwrap();
        let uri = shop.redirect_uri();
        let request = parameters(&good(shop, &uri));
        identity.begin_authorization(&request, None, None, now).unwrap();
        identity.push_authorization_request(&self.request(shop, &good(shop, &uri), now), now).unwrap();
        let step = identity.begin_authorization(&request, None, Some(&begun.session), now).unwrap();
        let step = match step {
            AuthorizationStep::Consent(page) => {
                identity.grant_authorization(&page.ticket, &begun.session, &BTreeSet::new(), now).unwrap()
            }
            step => step,
        };
        let tokens = self.redeem(shop, &code_in(&step), &[], now).unwrap();
        self.userinfo(&tokens.access_token, now).unwrap();
        if now.seconds() % 3_600 < STEP.as_secs().cast_signed() {
            let wish = LogoutRequest::read(&parameters(&[("id_token_hint", id_token(&tokens))]));
            identity.begin_logout(&wish, Some(&begun.session), now).unwrap();
        }
    }

    /// As the background does, in batches that are smaller than what there is to do.
    fn clean(&self, now: Timestamp) {
        while self.identity.expire_sessions(now, 2).unwrap() > 0 {}
        while self.identity.expire_authorizations(now, 2).unwrap() > 0 {}
        self.identity.maintain_signing_keys(now).unwrap();
    }

    fn sizes(&self) -> BTreeMap<&'static str, i64> {
        let db = self.identity.db();
        EXPIRING.iter().map(|table| (*table, db.read(|conn| count(conn, table)).unwrap())).collect()
    }
}

#[test]
fn every_table_levels_off() {
    each(|world| {
        let shop = world.relying_party("shop");
        let mut now = NOW;
        let mut peaks = Vec::new();
        for _ in 0..3 {
            let mut peak = BTreeMap::new();
            for _ in 0..STEPS_A_DAY {
                world.half_an_hour(&shop, now);
                for (table, rows) in world.sizes() {
                    let most = peak.entry(table).or_insert(rows);
                    *most = rows.max(*most);
                }
                now = now + STEP;
                world.clean(now);
            }
            peaks.push(peak);
        }
        for (table, rows) in &peaks[2] {
            assert!(
                *rows <= peaks[1][table],
                "{table} grows: {:?}",
                peaks.iter().map(|day| day[table]).collect::<Vec<_>>()
            );
            assert!(*rows < 64, "{table} holds {rows}");
        }
        assert!(peaks[2]["session"] > 0 && peaks[2]["oauth_grant"] > 0, "there was something to clean");
    });
}
