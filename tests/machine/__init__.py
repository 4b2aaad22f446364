"""A state machine over the real moves, and what must hold after each of them."""

import pytest

pytest.register_assert_rewrite(
    f"{__name__}.witness", f"{__name__}.obligations", f"{__name__}.proofs"
)
