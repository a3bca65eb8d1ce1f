//! The OpenID provider.
