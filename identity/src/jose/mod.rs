//! Signing keys and JSON web signatures (RFC 7515, 7517, 7518, 7638).
