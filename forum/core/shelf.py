"""Values kept in memory for a moment, so that a busy address asks the database once a second."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Shelf(Generic[K, V]):
    """Keeps what `load` returned until `fresh_s` seconds after it began; all who ask share a load.

    A value may be as old as the beginning of its load, so a slow one makes it no fresher. At most
    `most` values are kept, the least used leave first. A failed load is not kept.
    """

    def __init__(
        self,
        *,
        fresh_s: float = 1.0,
        most: int = 1000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.fresh_s = fresh_s
        self.most = most
        self.clock = clock
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._loading: dict[K, asyncio.Future[V]] = {}

    async def get(self, key: K, load: Callable[[], Awaitable[V]]) -> V:
        """Return the value kept for `key`, or load it."""
        kept = self._kept.get(key)
        if kept is not None and self.clock() - kept[0] < self.fresh_s:
            self._kept.move_to_end(key)
            return kept[1]
        loading = self._loading.get(key)
        if loading is None:
            loading = asyncio.ensure_future(self._load(key, load))
            self._loading[key] = loading
            loading.add_done_callback(lambda _: self._loading.pop(key, None))
        return await asyncio.shield(loading)

    async def _load(self, key: K, load: Callable[[], Awaitable[V]]) -> V:
        began = self.clock()
        value = await load()
        self._kept[key] = (began, value)
        self._kept.move_to_end(key)
        while len(self._kept) > self.most:
            self._kept.popitem(last=False)
        return value

    def forget(self, key: K) -> None:
        """Load `key` anew next time."""
        self._kept.pop(key, None)
