"""A website that signs its visitors in with Authlib. Reads its settings as JSON, prints the address that the visitor is
to open, reads the address that they came back to, and prints what it learnt."""

import json
import sys
import time

from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import jwt
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oidc.core import CodeIDToken

VERIFIER, NONCE = "a-verifier-of-forty-three-characters-or-more-", "a-nonce-of-this-sign-in"


def main():
    settings = json.loads(sys.stdin.readline())
    metadata = settings["metadata"]
    method = settings["token_endpoint_auth_method"]
    client = OAuth2Session(
        settings["client_id"],
        settings.get("client_secret") or settings.get("private_key"),
        scope=settings["scope"],
        redirect_uri=settings["redirect_uri"],
        code_challenge_method="S256",
        token_endpoint_auth_method=method,
    )
    if method == "private_key_jwt":
        soon = {"exp": int(time.time()) + 300}  # it would say an hour, and ten minutes are taken at most
        method = PrivateKeyJWT(metadata["token_endpoint"], claims=soon, alg=settings["alg"])
        client.register_client_auth_method(method)
    address, state = client.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=VERIFIER, nonce=NONCE
    )
    print(address, flush=True)

    came_back = sys.stdin.readline().strip()
    tokens = client.fetch_token(
        metadata["token_endpoint"], authorization_response=came_back, state=state, code_verifier=VERIFIER
    )
    keys = client.get(metadata["jwks_uri"], withhold_token=True).json()
    claims = jwt.decode(
        tokens["id_token"],
        keys,
        claims_cls=CodeIDToken,
        claims_options={
            "iss": {"essential": True, "value": metadata["issuer"]},
            "aud": {"essential": True, "value": settings["client_id"]},
        },
        claims_params={"nonce": NONCE, "client_id": settings["client_id"], "access_token": tokens["access_token"]},
    )
    claims.validate()
    userinfo = client.get(metadata["userinfo_endpoint"]).json()
    print(json.dumps({"sub": claims["sub"], "userinfo": userinfo}))


main()
