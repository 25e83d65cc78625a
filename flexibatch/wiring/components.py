"""The components of the program over one home, the one place where the journey meets its adapters.

Each is made when it is asked for, and once; what was opened on the way is closed with them, the last first. The
modules of a component that brings a large library are loaded with it.
"""

import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

from flexibatch.adapters import folders
from flexibatch.adapters.locks import Locks
from flexibatch.adapters.reserve import Reserve
from flexibatch.adapters.set_folder import SetFolder
from flexibatch.adapters.signatures.reloading import ReloadingVerifier
from flexibatch.adapters.signatures.set_signatures import SetSignatures
from flexibatch.adapters.spool.arrivals import SpoolArrivals
from flexibatch.adapters.spool.inbox import Inboxes, Waits
from flexibatch.adapters.spool.local.spool import LocalSpool
from flexibatch.adapters.spool.outbox import SpoolOutbox
from flexibatch.adapters.spool.private_folders import PrivateFolders
from flexibatch.adapters.spool.routing import RoutedSpool
from flexibatch.adapters.store.claims import Claims
from flexibatch.adapters.store.set_queue import StoredSetQueue
from flexibatch.adapters.tables import edition, load_categories
from flexibatch.domain.categories import Categories
from flexibatch.domain.envelope import Limits
from flexibatch.pipeline import World
from flexibatch.watcher import Channel
from flexibatch.wiring.home import Home, reserve_of
from flexibatch.wiring.outside import Mode, Outside
from flexibatch.wiring.surplus import clearing
from flexibatch.workers import Workers

if TYPE_CHECKING:
    from flexibatch.adapters.reports import ReportPages
    from flexibatch.adapters.signatures.signer import AnswerSigner
    from flexibatch.adapters.spool.remote.spool import RemoteSpool
    from flexibatch.adapters.xml.reader import DocumentReader
    from flexibatch.adapters.xml.schemas import Schemas
    from flexibatch.wiring.indexes import Indexes


class Components:
    """What use cases work with: each component is made at its first use, and kept until all is closed."""

    def __init__(self, home: Home, outside: Outside, mode: Mode = Mode.COMMAND) -> None:
        """Make nothing yet; the home is closed with them."""
        self.home, self.outside, self.mode = home, outside, mode
        self._opened = ExitStack()
        self._opened.callback(home.close)

    def close(self) -> None:
        """Close what was opened, the last first, and then the home."""
        self._opened.close()

    # ------------------------------------------------------------------------------------ what sets are judged by

    @cached_property
    def limits(self) -> Limits:
        """Return the limits of the envelope."""
        told = self.home.settings
        return Limits(told.part_size, told.max_name_age_days, told.environments, told.timezone)

    @cached_property
    def categories(self) -> Categories:
        """Return the table of employer categories."""
        return load_categories(self.home.settings.categories)

    @cached_property
    def schemas(self) -> "Schemas":
        """Return the schemas that messages are judged by."""
        from flexibatch.adapters.xml.schemas import Schemas

        return Schemas(self.home.settings.schemas, self.home.settings.open_quarters)

    @cached_property
    def reader(self) -> "DocumentReader":
        """Return what reads documents, by the schemas."""
        from flexibatch.adapters.xml.reader import DocumentReader

        return DocumentReader(self.schemas)

    @cached_property
    def verifier(self) -> ReloadingVerifier:
        """Return what verifies signatures, by the files of `[trust]`."""
        trust = self.home.settings.trust
        return ReloadingVerifier(trust.roots, trust.crls, allow_sha1=trust.allow_sha1)

    # ------------------------------------------------------------------------------------------- folders and rows

    @cached_property
    def private_folders(self) -> PrivateFolders:
        """Return the private folders of sets."""
        return PrivateFolders(self.home.settings.spool, self.home.settings.part_size)

    @cached_property
    def reserve(self) -> Reserve:
        """Return the room that stays free where spool and database lie."""
        return reserve_of(self.home)

    @cached_property
    def locks(self) -> Locks:
        """Return what keeps the processes of one spool out of each other's way."""
        return Locks(self.home.settings.spool)

    @cached_property
    def elsewhere(self) -> Mapping[str, "RemoteSpool"]:
        """Return the bureaus' folders on other parties' servers, by sender number; none is connected to yet."""
        if not self.home.settings.remote:
            return {}
        from flexibatch.wiring.remotes import remote_spools

        spools = remote_spools(
            self.home, self.outside.clock, self.private_folders.folder, self.locks, self.mode
        )
        for one in spools.values():
            self._opened.callback(one.close)
        return spools

    @cached_property
    def spool(self) -> RoutedSpool:
        """Return the spool of all bureaus, wherever their folders stand."""
        local = LocalSpool(self.home.settings.spool, self.private_folders.folder, self.outside.scan)
        return RoutedSpool(local, self.elsewhere)

    @cached_property
    def waits(self) -> Waits:
        """Return how long what may wait in an inbox."""
        told = self.home.settings
        return Waits(
            *(told.incomplete_after, told.go_grace, told.settle_for, told.stray_after),
            *(told.claim_delay, told.max_waiting),
        )

    @cached_property
    def claims(self) -> Claims:
        """Return the claims."""
        return Claims(self.home.database, self.outside.tickets)

    @cached_property
    def queue(self) -> StoredSetQueue:
        """Return the queue of sets; what is judged is kept beside the sets that were claimed until it is written."""
        return StoredSetQueue(
            self.home.database,
            self.outside.clock,
            patient=self.mode is Mode.WATCH,
            scratch=self.home.settings.spool / folders.CLAIMED,
        )

    # ---------------------------------------------------------------------------------------------------- answers

    @cached_property
    def seal(self) -> "AnswerSigner | None":
        """Return what answers are signed with, its key read; None where they are not."""
        told = self.home.settings.answers
        if told.certificate is None or told.key is None:
            return None
        from flexibatch.adapters.signatures.signer import read_signer

        return read_signer(told.certificate, told.key, told.timestamp_url)

    def _sign(self, content: BinaryIO, moment: datetime) -> bytes:
        """Sign an answer; the key is read with the first one: who only looks needs none."""
        if self.seal is None:
            raise LookupError("a certificate of [answers] has its key")
        return self.seal(content, moment)

    @cached_property
    def pages(self) -> "ReportPages":
        """Return what writes the pages for people."""
        from flexibatch.adapters.reports import report_pages

        return report_pages(self.home.settings.timezone)

    @cached_property
    def outbox(self) -> SpoolOutbox:
        """Return what puts answers down."""
        return SpoolOutbox(self.spool, self.private_folders, self.pages)

    # ---------------------------------------------------------------------------------------------------- journey

    @cached_property
    def world(self) -> World:
        """Return everything that the journey touches."""
        from flexibatch.adapters.answers.writer import AnswerWriter, Finish
        from flexibatch.adapters.xml.documents import SetDocuments

        settings, catalogue, folder = self.home.settings, self.home.catalogue, self.private_folders.folder
        finish = Finish(self._sign if settings.answers.certificate is not None else None)
        return World(
            clock=self.outside.clock,
            tickets=self.outside.tickets,
            queue=self.queue,
            signatures=SetSignatures(self.verifier, folder),
            documents=SetDocuments(self.reader, folder),
            answers=AnswerWriter(folder, settings.timezone, finish),
            outbox=self.outbox,
            catalogue=catalogue,
            categories=self.categories,
            edition=edition(catalogue, settings.categories, settings.rules),
            limits=self.limits,
            max_anomalies=settings.max_anomalies,
            max_forms=settings.max_forms,
            max_lines=settings.max_lines,
            max_unreadable=settings.max_unreadable,
            acceptance=settings.acceptance,
            blind=self.home.blind,
        )

    def world_in(self, folder: SetFolder) -> World:
        """Return the world of one set that lies in a folder of its own: its answers are plain, and not signed."""
        from flexibatch.adapters.answers.writer import AnswerWriter, Finish
        from flexibatch.adapters.xml.documents import SetDocuments

        zone = self.home.settings.timezone
        return replace(
            self.world,
            signatures=SetSignatures(self.verifier, lambda _case: folder),
            documents=SetDocuments(self.reader, lambda _case: folder),
            answers=AnswerWriter(lambda _case: folder, zone, Finish(compress_above=sys.maxsize)),
        )

    @cached_property
    def workers(self) -> Workers:
        """Return the processes that judge sets; none is started yet."""
        # -P: what lies in the folder in which somebody calls the program is none of its modules.
        command = [
            sys.executable,
            "-P",
            "-m",
            "flexibatch.worker_process",
            str(self.home.path),
            self.mode.value,
        ]
        workers = Workers(command, self.home.settings.limits.processes, self.locks, self.queue.settled)
        self._opened.callback(workers.close)
        return workers

    @cached_property
    def channel(self) -> Channel:
        """Return the channel that sweeps the inboxes."""
        settings = self.home.settings
        inboxes = Inboxes(self.spool, self.claims, self.limits, self.waits)
        _ = self.seal  # who settles sets says at once what answers cannot be signed with
        return Channel(
            world=self.world,
            claims=self.claims,
            retries=self.queue,
            arrivals=SpoolArrivals(self.reserve, inboxes, self.spool, self.private_folders),
            locks=self.locks,
            max_attempts=settings.max_attempts,
            patient=self.mode is Mode.WATCH,
            max_claimed_bytes=settings.max_claimed_bytes,
            clear=clearing(self.home, self.outside.clock),
            index=self._indexes(inboxes).refresh,
            judges=self.workers if self.outside.apart else None,
        )

    def _indexes(self, inboxes: Inboxes) -> "Indexes":
        """Return what writes the indexes of bureaus' pages."""
        from flexibatch.wiring.indexes import Indexes

        patient = self.mode is Mode.WATCH
        clock, spool = self.outside.clock, self.spool
        return Indexes(self.home, clock, self.claims, inboxes, spool, self.pages, self.locks, patient)
