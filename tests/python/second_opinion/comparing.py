"""Both implementations side by side: what differs by more than money's last cent, or a number's sixth digit."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

CENT = 0.0051
DIGITS = 1e-6


def differences(
    ours: pd.DataFrame,
    theirs: pd.DataFrame,
    money: Sequence[str] = (),
    numbers: Sequence[str] = (),
    words: Sequence[str] = (),
    digits: Mapping[str, float] | None = None,
) -> list[str]:
    """Return a sentence per column that differs, with examples. Keys must be the same; digits: of quotients of rounded money."""
    found = []
    missing, further = theirs.index.difference(ours.index), ours.index.difference(theirs.index)
    if len(missing) or len(further):
        found.append(
            f"{len(missing)} keys of theirs alone, as {list(missing[:3])}; {len(further)} of ours alone, as {list(further[:3])}"
        )
    keys = ours.index.intersection(theirs.index)
    assert len(keys), "nothing to compare"
    for name in [*money, *numbers, *words]:
        one, other = ours.loc[keys, name], theirs.loc[keys, name]
        if name in words:
            one, other = one.astype(object).where(one.notna(), None), other.astype(object).where(other.notna(), None)
            wrong = one.astype("string").fillna("") != other.astype("string").fillna("")
        else:
            left, right = one.astype(float), other.astype(float)
            reach = (digits or {}).get(name, DIGITS) * np.maximum(right.abs().fillna(0.0), 1.0)
            limit = np.maximum(CENT, reach) if name in money else reach
            wrong = ((left - right).abs() > limit) | (left.isna() != right.isna())
        if wrong.any():
            examples = pd.DataFrame({"ours": one[wrong], "theirs": other[wrong]}).head(3)
            found.append(f"{name}: {int(wrong.sum())} of {len(keys)} differ\n{examples}")
    return found


def assert_same(
    ours: pd.DataFrame,
    theirs: pd.DataFrame,
    money: Sequence[str] = (),
    numbers: Sequence[str] = (),
    words: Sequence[str] = (),
    digits: Mapping[str, float] | None = None,
) -> None:
    """Fail with all differences."""
    found = differences(ours, theirs, money, numbers, words, digits)
    assert not found, "\n\n".join(found)
