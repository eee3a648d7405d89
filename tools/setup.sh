#!/bin/sh
# Sets up .venv from the lock file (VENV and LOCK name others). Needs Python 3.11 or newer and the package registry, nothing else:
# where uv is missing it is installed into the private environment .uv, which touches nothing outside this folder.
set -eu
cd "$(dirname "$0")/.."

fail() {
    printf '\nwattdrop: %s\n' "$*" >&2
    exit 1
}

python=""
for name in "${PYTHON:-python3}" python3 python3.14 python3.13 python3.12 python3.11 python; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$("$name" -c 'import sys; print(sys.executable)')
        break
    fi
done
[ -n "$python" ] || fail "needs Python 3.11 or newer. Found none; say which with: make PYTHON=/path/to/python3.12"

install_uv() {
    rm -rf .uv
    if "$python" -c 'import ensurepip' 2>/dev/null && "$python" -m venv .uv; then
        .uv/bin/python -m pip install --quiet --disable-pip-version-check uv
    elif "$python" -m pip --version >/dev/null 2>&1; then
        # Debian ships Python without ensurepip; its own pip can fill an environment from outside.
        rm -rf .uv
        "$python" -m venv --without-pip .uv
        "$python" -m pip --python .uv/bin/python install --quiet --disable-pip-version-check uv
    else
        fail "$python can make no environment: it has neither ensurepip nor pip." \
            "On Debian and Ubuntu: apt install python3-venv (as root). Or install uv, and start again."
    fi
}

if uv --version >/dev/null 2>&1; then
    uv=uv
else
    [ -x .uv/bin/uv ] || { echo "Installing uv into .uv (once) ..."; install_uv; }
    uv=.uv/bin/uv
fi

venv=${VENV:-.venv}
export UV_PYTHON_DOWNLOADS=never
# Trust what the machine trusts, as pip does: networks with a certificate authority of their own are common.
for bundle in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
    if [ -e "$bundle" ]; then export UV_SYSTEM_CERTS=true; fi
done
# Compiled once here, by all cores: Python would do so at the first import, and at every one where it may not write.
export UV_COMPILE_BYTECODE=true
"$uv" venv --quiet --allow-existing --python "$python" "$venv"
"$uv" pip sync --quiet --python "$venv/bin/python" "${LOCK:-requirements.lock}"
"$uv" pip install --quiet --no-deps --python "$venv/bin/python" --editable .
"$venv/bin/python" -m compileall -q src
