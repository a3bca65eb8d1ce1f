-- What a merchant asked for at no till, latest first: the list of its bills. Tills' codes, which are many, stay outside.
CREATE INDEX request_to_pay_bills ON request_to_pay (merchant, number) WHERE merchant IS NOT NULL AND till IS NULL;
