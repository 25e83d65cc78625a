"""Put together the bureaus' folders on other parties' servers, from the settings' `[[remote]]` entries."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

from flexibatch.adapters.folders import SENDER_FOLDERS
from flexibatch.adapters.locks import Locks
from flexibatch.adapters.set_folder import SetFolder
from flexibatch.adapters.spool.remote.bounded import ListingLimits
from flexibatch.adapters.spool.remote.connection import Connection, Peer
from flexibatch.adapters.spool.remote.folders import RemoteFolders
from flexibatch.adapters.spool.remote.sightings import Sightings
from flexibatch.adapters.spool.remote.spool import RemoteSpool
from flexibatch.domain.case import Case
from flexibatch.ports import Clock
from flexibatch.wiring.home import Home
from flexibatch.wiring.outside import Mode


def remote_spools(
    home: Home, clock: Clock, private: Callable[[Case], SetFolder], locks: Locks, mode: Mode
) -> Mapping[str, RemoteSpool]:
    """Return each remote sender's spool; its connection is opened when it is needed.

    Who watches lists an inbox there every `poll_interval`, however often it looks into those here; who sweeps or
    watches has others to serve, and waits for none of them long.
    """
    settings, opened = home.settings, {}
    apart = settings.poll_interval if mode is Mode.WATCH else timedelta(0)
    for one in settings.remote:
        connection = Connection(Peer(one.host, one.port, one.user, one.key, one.host_key), clock)
        folders = {name: one.place(name) for name in SENDER_FOLDERS}
        places = RemoteFolders(
            folders,
            one.place(one.work),
            settings.spool,
            settings.part_size,
            apart,
            one.list_within,
            one.fetch_within,
            ListingLimits(one.max_names, one.max_listing_bytes),
            partial(locks.elsewhere, f"remote-{one.sender}"),
            mode is not Mode.COMMAND,
        )
        sightings = Sightings(home.path / "remote" / f"{one.sender}.json")
        opened[one.sender] = RemoteSpool(connection, places, sightings, clock, private)
    return opened
