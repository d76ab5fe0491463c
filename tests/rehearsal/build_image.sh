#!/usr/bin/env bash
# Builds the Dockerfile as it stands where no container engine runs and no registry is reachable.
#
#   build_image.sh [NAME] [DIRECTORY]
#
# Needs root, buildah and the base image, see base_image.sh. A machine that reaches its packages
# through a proxy of its own lends the build its certificates and pip's settings.
set -euo pipefail

name=${1:-shipping-price-estimator}
directory=${2:-$(dirname "$0")/../..}

lent=()
for file in /etc/ssl/certs/ca-certificates.crt /etc/pip.conf; do
  if [ -e "$file" ]; then lent+=(--volume "$file:$file:ro"); fi
done

# Without the docker format the HEALTHCHECK would be dropped.
exec buildah build --pull=never --isolation chroot --layers --format docker \
  "${lent[@]}" --tag "$name" "$directory"
