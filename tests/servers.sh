#!/bin/sh
# Install what the tests drive and this machine lacks: a real sshd, and the clients that bureaus use.
# Packages of Debian and its relatives; elsewhere, or without rights, a sentence says what is needed.
set -eu
PATH="$PATH:/usr/sbin:/sbin"

missing=
lacks() { command -v "$1" >/dev/null || missing="$missing $2"; }
lacks sshd openssh-server
lacks sftp openssh-client
lacks lftp lftp
lacks curl curl
lacks setpriv util-linux
lacks useradd passwd
lacks systemd-analyze systemd
# An old locale, as the terminals of some bureaus and crons still have it.
latin() { locale -a | grep -qx 'fr_BE@euro'; }
latin || missing="$missing locales"
lacks node nodejs
lacks npm npm
lacks javac default-jdk-headless
lacks certtool gnutls-bin
lacks php php-cli
[ -e /usr/share/java/bcpkix.jar ] || missing="$missing libbcpkix-java"
[ -e /usr/share/java/bcprov.jar ] || missing="$missing libbcprov-java"
missing=$(printf '%s\n' $missing | sort -u | tr '\n' ' ')

# Of npm each folder of drivers names exactly what it wants; done again when it names another.
modules() {
    folder=$(dirname "$0")/clients/signing
    [ "$folder/node_modules" -nt "$folder/package.json" ] ||
        npm install --silent --no-audit --no-fund --no-package-lock --prefix "$folder"
    touch "$folder/node_modules"
}
[ -n "$(printf '%s' "$missing" | tr -d ' ')" ] || { modules; exit 0; }

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "The tests need the Debian packages ${missing}- install them as root, then try again." >&2
    exit 1
fi

# The tests start their own servers: the package's own is not to listen on this machine because of them.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
install() { apt-get --option DPkg::Lock::Timeout=300 install --quiet --quiet --yes --no-install-recommends $missing >/dev/null; }
install || { apt-get update --quiet --quiet && install; }
latin || localedef -i fr_BE -f ISO-8859-15 fr_BE@euro
modules
