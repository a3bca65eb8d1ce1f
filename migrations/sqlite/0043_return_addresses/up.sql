-- Where programs of merchants send payers back to: the pages that were registered, and the page of each request.
CREATE TABLE merchant_return_address (
    client_id TEXT NOT NULL REFERENCES merchant_program (client_id),
    url       TEXT NOT NULL,
    PRIMARY KEY (client_id, url)
) STRICT, WITHOUT ROWID;
CREATE TABLE merchant_return (
    request   TEXT PRIMARY KEY REFERENCES request_to_pay (id),
    client_id TEXT NOT NULL,
    url       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
