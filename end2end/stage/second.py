"""PyPI's `oidc-provider-mock` on a free port: prints the port, and ends with its standard input."""

import logging
import os
import re
import sys
import threading
import warnings

import authlib.deprecate  # noqa: F401
from werkzeug.serving import make_server

# Authlib wants to be heard about what it will leave out one day, and plain http.
warnings.simplefilter("ignore")
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

import oidc_provider_mock  # noqa: E402

STYLE_SHEET = re.compile(rb"<link\b[^>]*>", re.DOTALL)

app = oidc_provider_mock.app(require_client_registration=True)


@app.after_request
def fetch_nothing(response):
    """Its pages take their style sheet from the internet."""
    if response.mimetype == "text/html":
        response.set_data(STYLE_SHEET.sub(b'<link rel="icon" href="data:,">', response.get_data()))
    return response


# Requests, and refusals that the client is told as well.
logging.disable(logging.WARNING)
server = make_server("127.0.0.1", 0, app, threaded=True)
print(server.server_port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
