//! Who you are: residents, authenticators, OpenID provider, consent.
