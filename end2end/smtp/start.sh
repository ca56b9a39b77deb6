#!/bin/sh
# Starts the mail server of the tests; makes its Python environment where there is none yet.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
venv=${XDG_CACHE_HOME:-$HOME/.cache}/lobby/venv

has_it() { "$venv/bin/python" -c 'import aiosmtpd' 2>/dev/null; }
make_it() {
    # Tests start at the same time: the first makes it, the others wait.
    flock 9
    has_it || { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --requirement "$here/requirements.txt"; }
}

if ! has_it; then
    mkdir -p "$(dirname "$venv")"
    (make_it) 9>"$venv.lock" >&2 || {
        echo "No mail server to test with: Python's aiosmtpd could not be installed into $venv." >&2
        echo "Debian: apt-get install python3 python3-venv, and let pip reach PyPI or a mirror of it (PIP_INDEX_URL)." >&2
        exit 1
    }
fi
exec "$venv/bin/python" "$here/server.py" "$@"
