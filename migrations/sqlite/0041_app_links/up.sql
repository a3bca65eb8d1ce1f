-- How a request to pay is opened in a participant's app: an address with a place for the request's identifier.
ALTER TABLE participant ADD COLUMN app_link TEXT;
