#!/usr/bin/env bash
# Makes a stand-in for the Dockerfile's base image where no registry is reachable: a minimal
# Debian from its archive, with this machine's own CPython under /usr/local.
#
#   base_image.sh [PYTHON] [NAME]
#
# Needs root, debootstrap, binutils and podman. PYTHON runs here, so that it is linked to this
# machine's libraries: the Debian in NAME must be the same release.
set -euo pipefail

python=${1:-python3.13}
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
name=${2:-python:$version-slim-bookworm}
packages=(
  ca-certificates netbase tzdata # as in the official image; below, what CPython is linked to
  libbz2-1.0 libexpat1 libffi8 liblzma5 libncursesw6 libreadline8 libsqlite3-0 libssl3 libuuid1
  zlib1g
)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

debian() {
  local include
  include=$(IFS=,; echo "${packages[*]}")
  debootstrap --variant=minbase --include="$include" "${name##*-}" "$root"
  rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/var/log/*
  rm -rf "$root"/usr/share/{doc,info,locale,man}/*
}

cpython() {
  local prefix library=lib/python$version
  prefix=$("$python" -c 'import sys; print(sys.base_prefix)')
  (cd "$prefix" && tar -c --exclude=__pycache__ --exclude="$library/config-*" \
    --exclude="$library/test" --exclude="$library/site-packages/*" \
    "$library" "include/python$version" "bin/python$version" $(compgen -G 'lib/libpython*.so*')) |
    tar -x -C "$root/usr/local"
  find "$root/usr/local" -name '*.so*' -type f -exec strip --strip-unneeded {} +
  ln -s "python$version" "$root/usr/local/bin/python3"
  ln -s python3 "$root/usr/local/bin/python"
  chroot "$root" ldconfig
  chroot "$root" python -m compileall -q "/usr/local/$library"
  chroot "$root" python -m ensurepip --default-pip
  chroot "$root" python -c 'import bz2, ctypes, lzma, readline, sqlite3, ssl, uuid, zlib'
}

debian
cpython
tar -c -C "$root" . | podman import \
  --change "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
  --change 'CMD ["python3"]' - "$name"
