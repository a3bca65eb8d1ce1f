"""A mail server (aiosmtpd) that takes submissions over STARTTLS from who knows the password.

mail_server.py CERTIFICATE KEY PORT: prints "ready", then each message as a line of JSON, until its input ends.
"""

import json
import ssl
import sys
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Print:
    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=policy.default)
        told = {
            "to": envelope.rcpt_tos,
            "from": envelope.mail_from,
            "subject": message["Subject"],
            "text": message.get_content(),
            "tls": session.ssl is not None,
        }
        print(json.dumps(told), flush=True)
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    return AuthResult(success=data.login == b"fps" and data.password == b"a mail password")


certificate, key, port = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
controller = Controller(
    Print(),
    hostname="localhost",
    port=int(port),
    tls_context=context,
    require_starttls=True,
    authenticator=authenticate,
    auth_required=True,
)
controller.start()
print("ready", flush=True)
sys.stdin.read()
controller.stop()
