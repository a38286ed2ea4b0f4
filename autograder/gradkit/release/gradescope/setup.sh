#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image: everything that grading needs.
set -euo pipefail
source="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
home="${GRADKIT_HOME:-/opt/gradkit}"

apt-get update
apt-get install -y --no-install-recommends python3 python3-venv bubblewrap

python=python3
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then # Ubuntu 22.04
  apt-get install -y --no-install-recommends python3.11 python3.11-venv
  python=python3.11
fi

# Where a process that is not root may read it: students' code runs as somebody else.
"$python" -m venv "$home"
# torch first and by itself. For a smaller image, add the --index-url of PyTorch's builds for CPU here.
"$home/bin/python" -m pip install -c "$source/constraints.txt" torch
"$home/bin/python" -m pip install -c "$source/constraints.txt" "$(echo "$source"/gradkit-*.whl)[grade]"
# What course.toml tells students is there.
"$home/bin/python" -m pip install -c "$source/constraints.txt" -r "$source/requirements.txt"

# The hidden suite and the course's secret are root's alone.
chmod -R go-rwx "$source"
