-- The resources that the tokens of an authorization are for (RFC 8707), separated by spaces; none means us.
ALTER TABLE oauth_grant ADD COLUMN resources TEXT NOT NULL DEFAULT '';
-- What the resident authorized in detail (RFC 9396), as JSON.
ALTER TABLE oauth_grant ADD COLUMN authorization_details TEXT;
