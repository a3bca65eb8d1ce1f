-- RSA keys beside the others; the code knows the algorithms.
ALTER TABLE signing_key DROP CONSTRAINT signing_key_algorithm_check;
