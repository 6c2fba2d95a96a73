#!/bin/sh
# Makes .venv with everything of requirements-dev.txt. `make` calls it when one of the requirement files changes.
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "$1" >&2
    exit 1
}

# apt only where it can work: as root on Debian or Ubuntu.
apt_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

find_python() {
    for name in python3.13 python3.12 python3.11 python3; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

# Debian splits venv and ensurepip from python3.
can_make_venv() {
    "$1" -c 'import venv, ensurepip' 2>/dev/null
}

python=$(find_python) || {
    apt_install python3 python3-venv || true
    python=$(find_python) || apt_install python3.12-venv || apt_install python3.11-venv || true
    python=$(find_python) || fail "HRNotify needs Python 3.11 or newer: install it (Debian, Ubuntu: python3.11 python3.11-venv; macOS: brew install python) and run make again."
}

if [ ! -x .venv/bin/python ]; then
    if ! can_make_venv "$python"; then
        version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
        apt_install "$version-venv" || fail "$python cannot make virtual environments: install $version-venv (Debian, Ubuntu: sudo apt install $version-venv) and run make again."
    fi
    echo "Making .venv with $python …"
    "$python" -m venv .venv || { rm -rf .venv; fail "$python could not make .venv; the reason stands above."; }
fi

echo "Installing the requirements into .venv …"
.venv/bin/python -m pip install --quiet --disable-pip-version-check \
    --requirement requirements-dev.txt --constraint constraints.txt ||
    fail "The requirements could not be installed; the reason stands above. Without access to a package index, point pip at one (PIP_INDEX_URL)."
touch .venv/ready
