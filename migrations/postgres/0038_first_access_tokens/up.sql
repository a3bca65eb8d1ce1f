-- A code names its authorization (the first half of it is the id), so nothing is looked up by its hash any more. Codes of
-- before, which lived for a minute, are refused. The first access token of an authorization has the authorization's id and no
-- row in access_token; ended_access_token says when it was ended by itself.
ALTER TABLE oauth_grant DROP CONSTRAINT oauth_grant_code_hash_key;
