"""What operators ask, in one place: sets, what waits, declarations, workers."""

from flexibatch.adapters.store.declarations import (
    WantedDeclarations,
    list_declarations,
    show_declaration,
    worker,
)
from flexibatch.adapters.store.rerunnable import WantedReruns, tickets_for_rerun
from flexibatch.adapters.store.sets import (
    WantedSets,
    find_ticket,
    list_sets,
    quarantined,
    show_set,
)
from flexibatch.adapters.store.waiting import waiting
from flexibatch.domain.vocabulary import Why

__all__ = [
    "WantedDeclarations",
    "WantedReruns",
    "WantedSets",
    "Why",
    "find_ticket",
    "list_declarations",
    "list_sets",
    "quarantined",
    "show_declaration",
    "show_set",
    "tickets_for_rerun",
    "waiting",
    "worker",
]
