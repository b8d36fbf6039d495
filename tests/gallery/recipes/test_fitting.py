"""What a file says is made to fit the columns, whatever it is."""

import pytest

from gallery.recipes.fitting import fitted
from tests.factories import make_recipe


@pytest.mark.parametrize("field", ["seed", "steps", "width", "cfg", "denoise"])
@pytest.mark.parametrize(
    "value", [10**400, -(10**400), float("nan"), float("inf"), 2**63], ids=["huge", "least", "nan", "infinite", "2^63"]
)
def test_a_number_that_no_column_holds_stands_with_the_rest(field, value):
    recipe, rest = fitted(make_recipe(**{field: value}), {})
    assert getattr(recipe, field) is None
    assert rest[field] == (value if isinstance(value, int) else str(value))
