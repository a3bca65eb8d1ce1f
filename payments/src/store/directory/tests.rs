//! The directory on both databases.
