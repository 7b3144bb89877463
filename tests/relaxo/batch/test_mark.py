import pytest

from relaxo.batch.mark import FAILED, MARK, is_complete, mark_complete, note_failure


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "results.json").write_text("{}")
    mark_complete(tmp_path, "key")
    return tmp_path


def test_results_are_complete_for_what_they_follow_from_alone(folder):
    assert is_complete(folder, "key")
    assert not is_complete(folder, "another")


def test_results_that_were_changed_or_lost_are_not_complete(folder):
    (folder / "results.json").write_text("{ }")
    assert not is_complete(folder, "key")
    (folder / "results.json").unlink()
    assert not is_complete(folder, "key")


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"null", b'{"key": "key"}', b"\xff"])
def test_a_damaged_mark_is_none(folder, damage):
    (folder / MARK).write_bytes(damage)
    assert not is_complete(folder, "key")


def test_a_failure_takes_the_mark_away_and_says_that_results_are_older(folder):
    note_failure(folder, "no wells")
    assert not is_complete(folder, "key")
    text = (folder / FAILED).read_text()
    assert text.startswith("no wells\n")
    assert "earlier run" in text
    mark_complete(folder, "key")
    assert not (folder / FAILED).exists()


def test_where_nothing_can_be_written_the_log_says_so(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    note_failure(tmp_path / "file" / "below", "why")
    assert "cannot be written" in capsys.readouterr().err
