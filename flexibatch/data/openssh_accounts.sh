
# Below: what is the same everywhere. At the end: one line a bureau.

refuse() {
    printf '%s\n' "$1" >&2
    exit 1
}

[ "$(id -u)" -eq 0 ] || refuse "Accounts are made by root: run this as root."
getent passwd "$channel" >/dev/null ||
    refuse "The account $channel, as which the channel runs, is not there: make it first (see deploy/systemd)."
getent group "$bureaus" >/dev/null || groupadd "$bureaus"
own=$(id -gn -- "$channel")

# sshd lets nobody into a root folder that anyone but root could exchange.
install -d -o root -g root -m 0755 -- "$spool" "$spool/senders"
for name in claimed archive quarantine locks; do
    install -d -o "$channel" -g "$own" -m 0700 -- "$spool/$name"
done

# Make or mend one bureau: its account, then its root folder with the seven folders in it.
bureau() {
    if ! getent passwd "$1" >/dev/null; then
        # '*' is no password and, unlike the '!' that useradd leaves, no lock: sshd refuses locked accounts.
        useradd --badname --user-group --groups "$bureaus" --password '*' --shell /usr/sbin/nologin \
            --no-create-home --home-dir "$2" -- "$1"
    elif ! id -nG -- "$1" | tr ' ' '\n' | grep -Fqx -- "$bureaus"; then
        refuse "The account $1 is there and is no bureau's (not in $bureaus): give the sender another --user."
    elif [ "$(getent passwd "$1" | cut -d: -f6)" != "$2" ]; then
        usermod --home "$2" -- "$1"
    fi
    group=$(id -gn -- "$1")
    # The channel may look into the root folder by this group, and so needs no right for others.
    gpasswd --add "$channel" "$group" >/dev/null
    install -d -o root -g "$group" -m 0750 -- "$2"
    for name in IN OUT INTEST OUTTEST INTEST-S OUTTEST-S REPORT; do
        # Owned by the channel, so that a bureau cannot close it; what is made in it is of the bureau's group.
        install -d -o "$channel" -g "$group" -m 2770 -- "$2/$name"
    done
    # What lay there before the bureau had an account.
    find "$2" -xdev -type f -group "$own" -exec chgrp -h -- "$group" {} +
}

