from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.rpc import house as building


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[building.House]:
    async with building.house(tmp_path) as built:
        yield built
