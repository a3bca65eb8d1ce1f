//! How residents prove who they are: passkeys (WebAuthn level 3).
