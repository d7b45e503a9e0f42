"""While the order is held, what is above stays as it was seen, and what comes is below it: many times over (D4)."""

from __future__ import annotations

import random

import pytest

from tests.console.test_never_the_wrong_one import KINDS, RUNS, Crowd, One, sweep


@pytest.mark.timeout(600 + RUNS)
@pytest.mark.parametrize("name", KINDS)
async def test_nothing_above_moves_and_who_comes_is_below(name: str) -> None:
    rng = random.Random(20_261_123)
    crowd = Crowd(rng, KINDS[name])
    app = One(crowd.look, KINDS[name])
    came = 0
    async with app.run_test(size=(110, 60)):
        table = app.table
        table.focus()
        table.tick(crowd.look.now)
        for run in range(RUNS):
            table.move(rng.randint(-5, 5))  # holds the order
            assert table.held
            seen, cursor, now = list(table.order), table.cursor_key, crowd.look.now
            crowd.stir()
            crowd.look.now = now + 0.1  # long before the hold is over
            sweep(crowd, table)
            table.tick(crowd.look.now)
            stayed = [key for key in seen if key in crowd.rows.rows]
            assert table.order[: len(stayed)] == stayed, run
            new = {key for key, row in crowd.rows.rows.items() if key not in seen and not row.gone_at}
            assert set(table.order[len(stayed) :]) == new, run
            assert table.cursor_key == cursor, run
            came += len(new)
            crowd.look.now += 60.0  # the operator rests
            sweep(crowd, table)
            table.tick(crowd.look.now)
    assert came > RUNS
