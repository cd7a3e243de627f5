"""Small sums in one thread: on a busy machine many threads wait for one another longer than they work."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def one_thread(library: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A decorator that holds the linear algebra and OpenMP of ``library`` to one thread.

    The library is imported first: only what is loaded can be held.
    """

    def decorate(work: Callable[P, T]) -> Callable[P, T]:
        @wraps(work)
        def held(*args: P.args, **kwargs: P.kwargs) -> T:
            from threadpoolctl import threadpool_limits

            import_module(library)
            with threadpool_limits(limits=1):
                return work(*args, **kwargs)

        return held

    return decorate
