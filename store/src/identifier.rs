//! A type of its own for each kind of identifier, so that one is never taken for another.

/// Declares a newtype over a UUID that is stored as sixteen bytes in both databases.
///
/// ```
/// store::identifier! {
///     /// One resident.
///     pub struct ResidentId;
/// }
/// let id = ResidentId::from_uuid(uuid::Uuid::from_u128(7));
/// assert_eq!(id.to_string().parse::<ResidentId>()?, id);
/// # Ok::<(), uuid::Error>(())
/// ```
#[macro_export]
macro_rules! identifier {
    ($(#[$doc:meta])* $visibility:vis struct $name:ident;) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive($crate::macro_support::diesel::expression::AsExpression, $crate::macro_support::diesel::deserialize::FromSqlRow)]
        #[diesel(sql_type = $crate::macro_support::diesel::sql_types::Binary)]
        $visibility struct $name($crate::macro_support::uuid::Uuid);

        impl $name {
            /// The identifier that this UUID stands for.
            pub const fn from_uuid(uuid: $crate::macro_support::uuid::Uuid) -> Self {
                Self(uuid)
            }

            /// A UUIDv7 (RFC 9562, section 5.7) of this moment and these random bits.
            pub fn new(now: $crate::Timestamp, random: &[u8; 10]) -> Self {
                let millis = u64::try_from(now.micros() / 1_000).unwrap_or(0);
                Self($crate::macro_support::uuid::Builder::from_unix_timestamp_millis(millis, random).into_uuid())
            }

            /// The UUID itself.
            pub const fn as_uuid(&self) -> &$crate::macro_support::uuid::Uuid {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::macro_support::uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl<DB> $crate::macro_support::diesel::serialize::ToSql<$crate::macro_support::diesel::sql_types::Binary, DB> for $name
        where
            DB: $crate::macro_support::diesel::backend::Backend,
            [u8]: $crate::macro_support::diesel::serialize::ToSql<$crate::macro_support::diesel::sql_types::Binary, DB>,
        {
            fn to_sql<'b>(
                &'b self,
                out: &mut $crate::macro_support::diesel::serialize::Output<'b, '_, DB>,
            ) -> $crate::macro_support::diesel::serialize::Result {
                let bytes: &'b [u8] = self.0.as_bytes();
                <[u8] as $crate::macro_support::diesel::serialize::ToSql<_, DB>>::to_sql(bytes, out)
            }
        }

        impl<DB> $crate::macro_support::diesel::deserialize::FromSql<$crate::macro_support::diesel::sql_types::Binary, DB> for $name
        where
            DB: $crate::macro_support::diesel::backend::Backend,
            Vec<u8>: $crate::macro_support::diesel::deserialize::FromSql<$crate::macro_support::diesel::sql_types::Binary, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> $crate::macro_support::diesel::deserialize::Result<Self> {
                let bytes = <Vec<u8> as $crate::macro_support::diesel::deserialize::FromSql<_, DB>>::from_sql(bytes)?;
                Ok(Self($crate::macro_support::uuid::Uuid::from_slice(&bytes)?))
            }
        }
    };
}
