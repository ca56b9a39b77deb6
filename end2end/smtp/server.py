"""The mail server of the tests: a real one, that can be told to misbehave.

Says its port on a line of its own when it listens, and ends when its input ends. Each line of its input is a manner,
answered by the same line: `accept`; `refuse` (550 for good), `busy` (451 for now); `stall` (no answer to the end of a
letter, which it does not keep); `swallow` (keeps the letter and gives no answer); `hold` (keeps the letter and answers
when it is told another manner).

Each letter it keeps is one line of JSON in the file that --letters names.
"""

import argparse
import asyncio
import email
import email.policy
import json
import logging
import pathlib
import ssl
import subprocess
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

WORDS = "5.1.1 <no such mailbox> here"


class Manners:
    def __init__(self, letters: pathlib.Path) -> None:
        self.letters = letters
        self.manner = "accept"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.manner == "refuse":
            return f"550 {WORDS}"
        if self.manner == "busy":
            return "451 4.7.1 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.manner == "stall":
            await asyncio.sleep(3600)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)

        def part(kind):
            found = message.get_body((kind,))
            return found.get_content().replace("\r\n", "\n") if found else None

        letter = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "headers": {name.lower(): str(value) for name, value in message.items()},
            "plain": part("plain"),
            "html": part("html"),
            "connection": session.peer[1],
            "encrypted": server.transport.get_extra_info("ssl_object") is not None,
            "login": session.auth_data.login.decode() if session.authenticated else None,
        }
        with self.letters.open("a", encoding="utf-8") as file:
            file.write(json.dumps(letter) + "\n")
        if self.manner == "swallow":
            await asyncio.sleep(3600)
        while self.manner == "hold":
            await asyncio.sleep(0.02)
        return "250 OK"


def certificates(folder: pathlib.Path) -> ssl.SSLContext:
    """A private authority (ca.pem) and a certificate by it for localhost."""
    ca, key, request, certificate = (folder / name for name in ("ca.pem", "key.pem", "request.pem", "certificate.pem"))
    extensions = folder / "extensions"
    extensions.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
    new = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made = dict(check=True, capture_output=True)
    subprocess.run(
        [*new, "-x509", "-days", "2", "-subj", "/CN=Test authority", "-keyout", folder / "ca.key", "-out", ca], **made
    )
    subprocess.run([*new, "-subj", "/CN=localhost", "-keyout", key, "-out", request], **made)
    signed = ["openssl", "x509", "-req", "-days", "2", "-in", request, "-CA", ca, "-CAkey", folder / "ca.key"]
    subprocess.run([*signed, "-CAcreateserial", "-extfile", extensions, "-out", certificate], **made)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def authenticator(login: str):
    user, password = login.encode().split(b":", 1)

    def check(server, session, envelope, mechanism, data):
        known = (data.login, data.password) == (user, password)
        return AuthResult(success=known, handled=False, auth_data=data)

    return check


async def serve(options: argparse.Namespace) -> None:
    manners = Manners(options.letters)
    context = certificates(options.certificates) if options.tls != "none" else None
    settings = {"hostname": "mail.test", "enable_SMTPUTF8": True}
    if options.tls == "starttls":
        settings |= {"tls_context": context, "require_starttls": True}
    if options.login:
        settings |= {"authenticator": authenticator(options.login), "auth_required": True}
        settings |= {"auth_require_tls": options.tls == "starttls"}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(manners, **settings),
        "127.0.0.1",
        options.port,
        ssl=context if options.tls == "implicit" else None,
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        manners.manner = line.strip()
        print(manners.manner, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=pathlib.Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", choices=["none", "starttls", "implicit"], default="none")
    parser.add_argument("--certificates", type=pathlib.Path, help="a folder to make ca.pem and the others in")
    parser.add_argument("--login", help="user:password that it asks for")
    # What goes wrong here is what a test asked for.
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    warnings.simplefilter("ignore")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
