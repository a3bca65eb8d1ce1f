//! Passwords in the database: setting one, and signing in with it.

use std::net::{IpAddr, Ipv6Addr};

use ::store::{Conn, Timestamp, on_db};
use diesel::prelude::*;

use super::schema::{password, resident, sign_in_tally};
use super::{Identity, audit, random, residents, sessions};
use crate::Error;
use crate::audit::{Act, Actor, Record};
use crate::authenticator::throttle::{TRUSTED_FOR, Tallies, Tally, WINDOW};
use crate::authenticator::{PASSWORD_AMR, PASSWORD_ASSURANCE, Password, PasswordRefusal, SignInMethod, UserName};
use crate::keys::Purpose;
use crate::oidc::authorize::InteractionTicket;
use crate::resident::{ResidentId, ResidentState};
use crate::session::SignedIn;

/// The headings under which an attempt is counted, by keyed hash.
#[derive(Clone)]
struct Headings {
    account: Vec<u8>,
    address: Vec<u8>,
    account_from_address: Vec<u8>,
}

impl Identity {
    /// Gives a resident a user name and a password, in place of those they had, and lets them sign in.
    ///
    /// # Errors
    /// [`PasswordRefusal::UserNameTaken`]; an unknown or suspended resident.
    pub fn set_password(
        &self,
        owner: ResidentId,
        name: &UserName,
        chosen: &Password,
        by: &Actor,
        now: Timestamp,
    ) -> Result<(), Error> {
        let hash = chosen.hash(&random()?, self.keys().secret(Purpose::Password))?;
        let name_hash = self.user_name_hash(name);
        let record = Record::of_resident(now, by, Act::PasswordSet, owner);
        self.db().write(move |conn| {
            if residents::lock(conn, owner)? == ResidentState::Suspended {
                return Err(crate::resident::Refusal::Suspended.into());
            }
            on_db!(conn, c => diesel::delete(password::table.find(owner)).execute(c))?;
            let row = (
                password::resident_id.eq(owner),
                password::user_name_hash.eq(&name_hash),
                password::hash.eq(&hash),
                password::changed_at.eq(now),
            );
            let kept =
                on_db!(conn, c => diesel::insert_into(password::table).values(row).on_conflict_do_nothing().execute(c))?;
            if kept == 0 {
                return Err(PasswordRefusal::UserNameTaken.into());
            }
            residents::activate(conn, owner, now)?;
            audit::append(conn, &record)
        })
    }

    /// Signs a resident in by password, for the relying party that waits in this interaction. Takes tens of
    /// milliseconds and 19 MiB, right or wrong: call it where only so many run at once.
    ///
    /// # Errors
    /// The refusals of [`PasswordRefusal`].
    pub fn sign_in_by_password(
        &self,
        ticket: &InteractionTicket,
        name: Option<&UserName>,
        typed: &Password,
        from: IpAddr,
        now: Timestamp,
    ) -> Result<SignedIn, Error> {
        if !self.takes(ticket, SignInMethod::Password, now)? {
            return Err(PasswordRefusal::NotAllowed.into());
        }
        let headings = self.headings(name, from);
        let counted = headings.clone();
        // Counted before it is looked at, so that many at the same instant are not all let through.
        if let Some(until) = self.db().write(move |conn| count(conn, &counted, now))? {
            return Err(PasswordRefusal::TooMany { until }.into());
        }
        let kept = name.map(|name| self.kept_password(name)).transpose()?.flatten();
        let hash = kept.as_ref().map(|(_, hash)| hash.as_str());
        let is_right = typed.is_kept_as(hash, self.keys().secret(Purpose::Password))?;
        let Some((owner, _)) = kept.filter(|_| is_right) else { return Err(PasswordRefusal::Wrong.into()) };
        let begun = sessions::begin(owner, &PASSWORD_AMR, PASSWORD_ASSURANCE, now)?;
        let (session, secret_hash) = (begun.session.clone(), begun.secret.keyed_hash(self.keys()));
        let record = Record::of_resident(now, &Actor::Resident(owner), Act::SignedIn, owner).with("password");
        self.db().write(move |conn| {
            if residents::lock(conn, owner)? != ResidentState::Active {
                return Err(PasswordRefusal::Wrong.into());
            }
            trust(conn, &headings, now)?;
            sessions::insert(conn, &session, &secret_hash)?;
            audit::append(conn, &record)
        })?;
        Ok(begun)
    }

    fn user_name_hash(&self, name: &UserName) -> Vec<u8> {
        self.keys().keyed_hash(Purpose::UserName, name.as_str().as_bytes()).to_vec()
    }

    /// Whose password goes with this name, and its hash, if they may sign in.
    fn kept_password(&self, name: &UserName) -> Result<Option<(ResidentId, String)>, Error> {
        let name_hash = self.user_name_hash(name);
        self.db().read(|conn| {
            Ok(on_db!(conn, c => password::table
                .inner_join(resident::table)
                .filter(password::user_name_hash.eq(&name_hash))
                .filter(resident::state.eq(ResidentState::Active.as_str()))
                .select((password::resident_id, password::hash))
                .get_result(c)
                .optional())?)
        })
    }

    fn headings(&self, name: Option<&UserName>, from: IpAddr) -> Headings {
        // What can be no user name counts as one account: it is looked at as slowly as any other.
        let account = name.map_or("", UserName::as_str);
        let address = network(from);
        let hash = |kind: &str, what: &str| {
            self.keys().keyed_hash(Purpose::SignInTally, format!("{kind}\0{what}").as_bytes()).to_vec()
        };
        Headings {
            account: hash("account", account),
            address: hash("address", &address),
            account_from_address: hash("both", &format!("{address}\0{account}")),
        }
    }
}

/// What counts as one address: of IPv6 the /64 that one household or one server gets.
fn network(from: IpAddr) -> String {
    match from.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) & !u128::from(u64::MAX)).to_string(),
    }
}

/// What is counted under a heading. Whoever else counts there waits until we are done.
fn tally(conn: &mut Conn<'_>, heading: &[u8], now: Timestamp) -> Result<Tally, Error> {
    let first = (
        sign_in_tally::key_hash.eq(heading),
        sign_in_tally::attempts.eq(0_i64),
        sign_in_tally::since.eq(now),
        sign_in_tally::expires_at.eq(now + WINDOW),
    );
    let (attempts, since, trusted_until): (i64, Timestamp, Option<Timestamp>) = on_db!(conn, c => diesel::insert_into(sign_in_tally::table)
            .values(first)
            .on_conflict(sign_in_tally::key_hash)
            .do_update()
            .set(sign_in_tally::attempts.eq(sign_in_tally::attempts))
            .returning((sign_in_tally::attempts, sign_in_tally::since, sign_in_tally::trusted_until))
            .get_result(c))?;
    Ok(Tally { attempts: u32::try_from(attempts).unwrap_or(u32::MAX), since, trusted_until }.at(now))
}

fn write(conn: &mut Conn<'_>, heading: &[u8], tally: Tally) -> Result<(), Error> {
    let ends = tally.since + WINDOW;
    on_db!(conn, c => diesel::update(sign_in_tally::table.find(heading))
        .set((
            sign_in_tally::attempts.eq(i64::from(tally.attempts)),
            sign_in_tally::since.eq(tally.since),
            sign_in_tally::trusted_until.eq(tally.trusted_until),
            sign_in_tally::expires_at.eq(tally.trusted_until.map_or(ends, |until| until.max(ends))),
        ))
        .execute(c))?;
    Ok(())
}

/// Counts one attempt, or says until when it has to wait.
fn count(conn: &mut Conn<'_>, headings: &Headings, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let mut tallies = Tallies {
        account: tally(conn, &headings.account, now)?,
        address: tally(conn, &headings.address, now)?,
        account_from_address: tally(conn, &headings.account_from_address, now)?,
    };
    if let Some(until) = tallies.wait(now) {
        return Ok(Some(until));
    }
    for (heading, tally) in [
        (&headings.account, &mut tallies.account),
        (&headings.address, &mut tallies.address),
        (&headings.account_from_address, &mut tallies.account_from_address),
    ] {
        tally.attempts = tally.attempts.saturating_add(1);
        write(conn, heading, *tally)?;
    }
    Ok(None)
}

/// Takes back what a right password counted, and remembers the address for its account.
fn trust(conn: &mut Conn<'_>, headings: &Headings, now: Timestamp) -> Result<(), Error> {
    for heading in [&headings.account, &headings.address] {
        let tally = tally(conn, heading, now)?;
        write(conn, heading, Tally { attempts: tally.attempts.saturating_sub(1), ..tally })?;
    }
    let here = Tally { trusted_until: Some(now + TRUSTED_FOR), ..Tally::empty(now) };
    write(conn, &headings.account_from_address, here)
}
