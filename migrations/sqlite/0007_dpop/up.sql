-- Codes that only the holder of a key may redeem (RFC 9449, section 10): the key's thumbprint.
ALTER TABLE oauth_grant ADD COLUMN dpop_jkt TEXT;
