#!/bin/sh
# Sign a file with GnuTLS, in each way it can: sh sign-gnutls.sh KEY CERTIFICATE PART FOLDER
set -eu
sign() {
    name=$1
    shift
    certtool --load-privkey "$key" --load-certificate "$certificate" --infile "$part" --hash SHA256 \
        --outfile "$folder/$name" "$@" </dev/null
}
key=$1 certificate=$2 part=$3 folder=$4
sign detached --p7-detached-sign
sign detached-at-a-time --p7-detached-sign --p7-time
sign detached-der --p7-detached-sign --p7-time --outder
sign detached-without-certificate --p7-detached-sign --no-p7-include-cert
sign attached --p7-sign
sign attached-der --p7-sign --p7-time --outder
