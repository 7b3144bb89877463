import pytest

from relaxo.errors import AnalysisError, InputError, RelaxoError, UsageError


def test_an_error_says_where_what_and_what_to_do():
    error = InputError("the file is empty.", where="a.dcm", hint="Export it again.")
    assert str(error) == "a.dcm: the file is empty. Export it again."


def test_an_error_without_place_or_hint_is_still_a_sentence():
    assert str(RelaxoError("nothing was found")) == "nothing was found."


@pytest.mark.parametrize(("kind", "code"), [(UsageError, 2), (InputError, 3), (AnalysisError, 4)])
def test_every_kind_has_its_exit_code(kind, code):
    assert kind.exit_code == code
