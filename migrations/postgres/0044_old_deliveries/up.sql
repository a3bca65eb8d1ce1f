-- What merchants' servers were told is kept for a while, and found by its age.
CREATE INDEX merchant_delivery_delivered ON merchant_delivery (delivered_at) WHERE delivered_at IS NOT NULL;
