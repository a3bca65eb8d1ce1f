//! The register of operators.

use diesel::prelude::*;
use store::{Conn, Db, Timestamp, on_db};

use super::random::random;
use super::schema::operator;
use crate::error::OperatorError;
use crate::operator::{Operator, OperatorName, OperatorToken, Role, may_register};

/// Who operates the switch on one database. Cheap to clone.
#[derive(Clone)]
pub struct Operators {
    db: Db,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = operator)]
struct OperatorColumns {
    name: String,
    role: String,
    token_digest: Vec<u8>,
    added: Timestamp,
    added_by: String,
    removed: Option<Timestamp>,
    removed_by: Option<String>,
}

impl OperatorColumns {
    fn operator(self) -> Result<Operator, OperatorError> {
        let damaged = || OperatorError::Damaged(self.name.clone());
        Ok(Operator {
            name: self.name.parse().map_err(|_| damaged())?,
            role: self.role.parse().map_err(|_| damaged())?,
            added: self.added,
            added_by: self.added_by,
            removed: self.removed,
        })
    }
}

impl Operators {
    /// The register in this database.
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// Registers an operator and returns the token, which nobody can read again. `by` is the officer who does it;
    /// the owner of the installation, here by the name of `owner`, registers the first two officers.
    ///
    /// # Errors
    /// [`OperatorError::NotAllowed`], [`OperatorError::NameTaken`], or the database's.
    pub fn add(
        &self,
        by: Option<&Operator>,
        owner: &str,
        name: &OperatorName,
        role: Role,
        now: Timestamp,
    ) -> Result<OperatorToken, OperatorError> {
        let token = OperatorToken::from_random(random().map_err(|_| OperatorError::Randomness)?);
        let (by, name, digest) = (by.cloned(), name.clone(), token.digest());
        let owner = owner.to_owned();
        self.db.write(move |conn| -> Result<(), OperatorError> {
            let known = load(conn)?;
            let officers = known.iter().filter(|one| one.acts_as().is_some()).count();
            if !may_register(officers, by.as_ref()) {
                return Err(OperatorError::NotAllowed);
            }
            if known.iter().any(|one| one.name == name) {
                return Err(OperatorError::NameTaken);
            }
            let columns = OperatorColumns {
                name: name.as_str().to_owned(),
                role: role.name().to_owned(),
                token_digest: digest.clone(),
                added: now,
                added_by: by.as_ref().and_then(Operator::acts_as).unwrap_or_else(|| owner.clone()),
                removed: None,
                removed_by: None,
            };
            on_db!(conn, c => diesel::insert_into(operator::table).values(&columns).execute(c))?;
            Ok(())
        })?;
        Ok(token)
    }

    /// Ends an operator's work. Their token is refused from now on, and their name stays taken.
    ///
    /// # Errors
    /// [`OperatorError::Unknown`], or the database's.
    pub fn remove(&self, by: &str, name: &OperatorName, now: Timestamp) -> Result<(), OperatorError> {
        let (by, name) = (by.to_owned(), name.as_str().to_owned());
        let changed = self.db.write(move |conn| -> Result<usize, OperatorError> {
            let present = operator::table.filter(operator::name.eq(&name)).filter(operator::removed.is_null());
            let ended = (operator::removed.eq(Some(now)), operator::removed_by.eq(Some(by.as_str())));
            Ok(on_db!(conn, c => diesel::update(present).set(ended).execute(c))?)
        })?;
        if changed == 0 { Err(OperatorError::Unknown) } else { Ok(()) }
    }

    /// Everybody who is or was registered, by name.
    pub fn list(&self) -> Result<Vec<Operator>, OperatorError> {
        self.db.read(load)
    }

    /// Whose token this is.
    ///
    /// # Errors
    /// [`OperatorError::Unknown`] when it is nobody's, or of somebody who was removed.
    pub fn authenticate(&self, token: &OperatorToken) -> Result<Operator, OperatorError> {
        let digest = token.digest();
        let found: Option<OperatorColumns> = self.db.read(move |conn| -> Result<_, OperatorError> {
            Ok(on_db!(conn, c => operator::table
                .filter(operator::token_digest.eq(&digest))
                .filter(operator::removed.is_null())
                .select(OperatorColumns::as_select())
                .first(c)
                .optional())?)
        })?;
        found.ok_or(OperatorError::Unknown)?.operator()
    }
}

fn load(conn: &mut Conn<'_>) -> Result<Vec<Operator>, OperatorError> {
    let found: Vec<OperatorColumns> =
        on_db!(conn, c => operator::table.order(operator::name).select(OperatorColumns::as_select()).load(c))?;
    found.into_iter().map(OperatorColumns::operator).collect()
}
