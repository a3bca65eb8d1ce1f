-- The one language that claims are told in (`claims_locales`), as a language tag; without one they are told in all.
ALTER TABLE oauth_grant ADD COLUMN claims_locale TEXT;
