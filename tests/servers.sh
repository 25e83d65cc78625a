#!/bin/sh
# Install what the tests drive and this machine lacks: a real sshd, and the clients that bureaus use.
# Packages of Debian and its relatives; elsewhere, or without rights, a sentence says what is needed.
set -eu
PATH="$PATH:/usr/sbin:/sbin"

# What npm has of them goes into an ignored folder beside the tests, in the versions of package-lock.json.
clients=$(dirname "$0")/clients
add_npm() {
    [ "$clients/node_modules/.package-lock.json" -nt "$clients/package-lock.json" ] ||
        npm ci --prefix "$clients" --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
}

missing=
lacks() { command -v "$1" >/dev/null || missing="$missing $2"; }
lacks sshd openssh-server
lacks sftp openssh-client
lacks lftp lftp
lacks curl curl
lacks rclone rclone
lacks psftp putty-tools
lacks sshfs sshfs
lacks xmllint libxml2-utils
lacks setpriv util-linux
lacks useradd passwd
lacks javac default-jdk-headless
lacks php php-cli
lacks node nodejs
lacks npm npm
lacks certtool gnutls-bin
lacks systemd-analyze systemd
lacks chromium chromium
[ -d /usr/share/fonts/truetype/dejavu ] || missing="$missing fonts-dejavu-core"
[ -e /usr/share/java/jsch.jar ] || missing="$missing libjsch-java"
[ -e /usr/share/java/bcpkix.jar ] || missing="$missing libbcpkix-java"
[ -e /usr/share/java/bcprov.jar ] || missing="$missing libbcprov-java"
[ -e /usr/share/php/phpseclib/autoload.php ] || missing="$missing php-phpseclib"
[ -e /usr/share/php/phpseclib3/autoload.php ] || missing="$missing php-phpseclib3"
[ -e /usr/lib/python3/dist-packages/paramiko/__init__.py ] || missing="$missing python3-paramiko"
perl -MNet::SFTP::Foreign -e 1 2>/dev/null || missing="$missing libnet-sftp-foreign-perl"
# An old locale, as the terminals of some bureaus and crons still have it.
latin() { locale -a | grep -qx 'fr_BE@euro'; }
latin || missing="$missing locales"
missing=$(printf '%s
' $missing | sort -u | tr '
' ' ')
[ -n "$(printf '%s' "$missing" | tr -d ' ')" ] || {
    add_npm
    exit 0
}

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
add_npm
