-- Codes that customers show at tills. What a shop asks by one is paid without asking the customer again, once.
CREATE TABLE presented (
    id        BLOB    PRIMARY KEY, -- as the switch knows it
    account   TEXT    NOT NULL,
    most      INTEGER NOT NULL,
    code      TEXT    NOT NULL,    -- the text that is shown
    expires   INTEGER NOT NULL,
    payment   BLOB,                -- the payment that was made by it
    over      INTEGER NOT NULL     -- nothing will be paid by it any more
) STRICT;
