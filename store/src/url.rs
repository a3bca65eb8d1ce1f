//! Which database, read from its URL.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::Error;

/// A database by URL: `sqlite:path/to/file.db` or `postgres://user@host/name`.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// An embedded database in one file (and its write-ahead log beside it).
    Sqlite(PathBuf),
    /// A PostgreSQL server, with the URL as libpq takes it.
    Postgres(String),
}

impl FromStr for DatabaseUrl {
    type Err = Error;

    fn from_str(url: &str) -> Result<Self, Error> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.contains(":memory:") {
                return Err(Error::Url("sqlite: needs the path of a file; an in-memory database is not durable"));
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        Err(Error::Url("a database URL begins with sqlite: or postgres://"))
    }
}

impl DatabaseUrl {
    /// Whether the server is on this machine: a Unix socket, or a loopback address.
    pub(crate) fn is_local(&self) -> bool {
        match self {
            Self::Sqlite(_) => true,
            Self::Postgres(url) => hosts(url).iter().all(|host| {
                host.is_empty()
                    || host.starts_with('/')
                    || host.starts_with("%2F")
                    || matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]" | "::1")
            }),
        }
    }
}

/// Every host that a PostgreSQL URL names: in its authority (several, by comma) and in `?host=`.
fn hosts(url: &str) -> Vec<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or("");
    let addresses = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    let without_port = |host: &str| match host.strip_prefix('[') {
        Some(_) => host.split_inclusive(']').next().unwrap_or(host).to_owned(),
        None => host.split(':').next().unwrap_or(host).to_owned(),
    };
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let named = query.split('&').filter_map(|pair| pair.strip_prefix("host=").or(pair.strip_prefix("hostaddr=")));
    addresses.split(',').map(without_port).chain(named.flat_map(|list| list.split(',')).map(str::to_owned)).collect()
}

/// Shows where, never the password.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => {
                let rest = url.split_once("://").map_or("", |(_, rest)| rest);
                let place = rest.split('?').next().unwrap_or("");
                write!(f, "postgres://{}", place.rsplit_once('@').map_or(place, |(_, place)| place))
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let url: DatabaseUrl = "postgres://ann:secret@db.example/lionrock?sslmode=require".parse().unwrap();
        assert_eq!(url.to_string(), "postgres://db.example/lionrock");
    }

    #[test]
    fn a_server_elsewhere_is_told_from_one_here() {
        for (url, local) in [
            ("postgres:///lionrock?host=/run/postgresql", true),
            ("postgres://ann@localhost:5433/lionrock", true),
            ("postgres://[::1]:5432/lionrock", true),
            ("postgres://%2Frun%2Fpostgresql/lionrock", true),
            ("postgres://db.example/lionrock", false),
            ("postgres://localhost,db.example/lionrock", false),
            ("postgres:///lionrock?host=db.example", false),
            ("postgres:///lionrock?hostaddr=10.0.0.7", false),
        ] {
            assert_eq!(url.parse::<DatabaseUrl>().unwrap().is_local(), local, "{url}");
        }
    }

    #[test]
    fn what_is_not_a_database_is_refused() {
        for url in ["", "lionrock.db", "mysql://x", "sqlite:", "sqlite::memory:"] {
            assert!(url.parse::<DatabaseUrl>().is_err(), "{url}");
        }
    }
}
