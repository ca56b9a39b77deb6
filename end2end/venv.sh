# Sourced by what runs Python: makes sure of an environment with what the tests need of PyPI, and names it `$venv`.
venv=${XDG_CACHE_HOME:-$HOME/.cache}/lobby/venv

# need MODULE REQUIREMENTS WHAT: WHAT is what there would not be without it.
need() {
    has_it "$1" && return
    mkdir -p "$(dirname "$venv")"
    (make_it "$1" "$2") 9>"$venv.lock" >&2 && return
    echo "No $3 to test with: Python's $1 could not be installed into $venv." >&2
    echo "Debian: apt-get install python3 python3-venv, and let pip reach PyPI or a mirror of it (PIP_INDEX_URL)." >&2
    exit 1
}

has_it() { "$venv/bin/python" -c "import $1" 2>/dev/null; }

make_it() {
    # Tests start at the same time: the first makes it, the others wait.
    flock 9
    has_it "$1" && return
    [ -x "$venv/bin/pip" ] || python3 -m venv "$venv" || return
    "$venv/bin/pip" install --quiet --requirement "$2"
}
