"""The garbage collector looks when nobody presses keys (D5: a key is answered at once)."""

from __future__ import annotations

from console.tidying import ALL, ALL_EVERY, LATE, QUIET, YOUNG, YOUNG_EVERY, Tidying


def test_what_is_new_is_looked_at_in_a_quiet_moment() -> None:
    tidying = Tidying(0.0)
    assert tidying.due(YOUNG_EVERY - 0.1, touched=-10.0) is None, "too soon"
    assert tidying.due(YOUNG_EVERY, touched=YOUNG_EVERY - QUIET / 2) is None, "a key came just now"
    assert tidying.due(YOUNG_EVERY + QUIET, touched=YOUNG_EVERY) == YOUNG
    assert tidying.due(YOUNG_EVERY + QUIET + 0.1, touched=YOUNG_EVERY) is None, "done for a while"


def test_everything_is_looked_at_now_and_then() -> None:
    tidying = Tidying(0.0)
    assert tidying.due(ALL_EVERY, touched=0.0) == ALL
    assert tidying.due(ALL_EVERY + YOUNG_EVERY, touched=0.0) == YOUNG


def test_somebody_who_never_rests_does_not_fill_the_memory() -> None:
    tidying, looked = Tidying(0.0), []
    for tenth in range(1, int(10 * LATE * ALL_EVERY) + 1):
        now = tenth / 10
        if (generation := tidying.due(now, touched=now)) is not None:
            looked.append((now, generation))
    assert looked[0] == (LATE * YOUNG_EVERY, YOUNG)
    assert (LATE * ALL_EVERY, ALL) in looked
