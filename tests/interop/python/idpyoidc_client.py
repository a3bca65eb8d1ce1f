"""A website that signs its visitors in with idpyoidc, which finds out everything from discovery. Reads its settings as
JSON, prints the address that the visitor is to open, reads the address that they came back to, and prints what it
learnt."""

import json
import sys
from urllib.parse import parse_qsl, urlsplit

from idpyoidc.client.rp_handler import RPHandler


def main():
    settings = json.loads(sys.stdin.readline())
    redirect_uri = settings["redirect_uri"]
    client = {
        "client_type": "oidc",
        "issuer": settings["metadata"]["issuer"],
        "client_id": settings["client_id"],
        "client_secret": settings["client_secret"],
        "redirect_uris": [redirect_uri],
        "response_types_supported": ["code"],
        "scopes_supported": settings["scope"].split(),
        "token_endpoint_auth_methods_supported": [settings["token_endpoint_auth_method"]],
        "client_authn_methods": ["client_secret_basic", "client_secret_post", "bearer_header"],
        "add_ons": {
            "pkce": {
                "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
                "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
            }
        },
    }
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(redirect_uri))
    handler = RPHandler(base_url=origin, client_configs={"lionrock": client})
    print(handler.begin(issuer_id="lionrock"), flush=True)

    came_back = dict(parse_qsl(urlsplit(sys.stdin.readline().strip()).query))
    learnt = handler.finalize(client["issuer"], came_back)
    print(json.dumps({"sub": learnt["id_token"]["sub"], "userinfo": dict(learnt["userinfo"])}))


main()
