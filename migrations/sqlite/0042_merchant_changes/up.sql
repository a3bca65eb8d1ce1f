-- The feed of requests to pay by merchant, so that a merchant's program follows its own without reading its bank's.
ALTER TABLE request_to_pay_change ADD COLUMN merchant TEXT;
UPDATE request_to_pay_change SET merchant = (
    SELECT request_to_pay.merchant FROM request_to_pay WHERE request_to_pay.id = request_to_pay_change.request
);
CREATE INDEX request_to_pay_change_merchant ON request_to_pay_change (merchant, seq) WHERE merchant IS NOT NULL;
