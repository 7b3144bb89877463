"""How an agent is recognised by any of its names."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaxo.data import ReferenceAgent


def is_called(agent: ReferenceAgent, name: str) -> bool:
    """Tell whether a name is one of an agent's."""
    return bare(name) in _names(agent)


@lru_cache(maxsize=4096)
def bare(name: str) -> str:
    """Return a name without what people write differently: case, blanks, hyphens, brackets, subscripts."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", name).casefold() if letter.isalnum())


@lru_cache(maxsize=1024)
def _names(agent: ReferenceAgent) -> frozenset[str]:
    return frozenset(bare(known) for known in (agent.agent, *agent.synonyms))
