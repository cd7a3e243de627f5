"""Saved groups of people over a restart: out of the store into the assistant, and back."""

from __future__ import annotations

import logging

from assistant.groups import Saved
from assistant.service import Assistant
from assistant.store import Store
from semantic_layer import serialise
from semantic_layer.query import Members

log = logging.getLogger(__name__)
OWNER = "人群"  # what the store files them under


def remembered(assistant: Assistant, store: Store) -> None:
    """Give the assistant the groups of earlier days, and have new ones kept."""
    groups = []
    for kept in store.saved(OWNER):
        try:
            members = serialise.loads(kept.query)
        except (ValueError, TypeError, KeyError) as mistake:
            log.warning("a saved group is of another version: %s", mistake)
            continue
        if isinstance(members, Members) and members.dimension in assistant.catalog.dimensions:
            groups.append(Saved(kept.question, members))
    assistant.know(groups)

    def keep(group: Saved) -> None:
        store.save(group.name, serialise.dumps(group.members), OWNER)

    assistant.keep = keep
