import msgspec
from hypothesis import given
from hypothesis import strategies as st

from relaxo.recipe import Recipe, WellsPart
from relaxo.session import HISTORY, Session

START = Recipe(sources=("a",))


def with_margin(margin: float) -> Recipe:
    return msgspec.structs.replace(START, wells=WellsPart(margin_mm=margin))


def test_undo_and_redo_name_what_they_would_do():
    session = Session(START)
    assert session.undo_label is None
    session.edit("Move well B4", with_margin(2))
    assert (session.undo_label, session.redo_label) == ("Move well B4", None)
    session.undo()
    assert session.recipe == START
    assert (session.undo_label, session.redo_label) == (None, "Move well B4")
    session.redo()
    assert session.recipe == with_margin(2)


def test_a_drag_is_undone_as_one_step_and_two_drags_as_two():
    session = Session(START)
    for margin in (2, 3, 4):
        session.edit("Move well", with_margin(margin), merge_key="drag 1")
    for margin in (5, 6):
        session.edit("Move well", with_margin(margin), merge_key="drag 2")
    session.undo()
    assert session.recipe == with_margin(4)
    session.undo()
    assert session.recipe == START


def test_an_edit_that_changes_nothing_is_no_step():
    session = Session(START)
    session.edit("Nothing", Recipe(sources=("a",)))
    assert session.undo_label is None


def test_listeners_hear_before_and_after_until_they_leave():
    session = Session(START)
    heard = []
    leave = session.listen(lambda before, after: heard.append((before, after)))
    session.edit("One", with_margin(2))
    session.undo()
    leave()
    session.redo()
    assert heard == [(START, with_margin(2)), (with_margin(2), START)]


def test_modified_means_different_from_what_was_saved():
    session = Session(START)
    session.edit("One", with_margin(2))
    assert session.modified
    session.mark_saved()
    assert not session.modified
    session.undo()
    assert session.modified


def test_the_history_is_bounded():
    session = Session(START)
    for step in range(HISTORY + 20):
        session.edit("Step", with_margin(float(step + 2)))
    for _ in range(2 * HISTORY):
        session.undo()
    assert session.recipe == with_margin(21.0)


@given(st.lists(st.one_of(st.floats(0, 100), st.sampled_from(["undo", "redo"]))))
def test_whatever_was_done_undo_leads_back_to_the_start(actions):
    session = Session(START)
    for action in actions:
        if action == "undo":
            session.undo()
        elif action == "redo":
            session.redo()
        else:
            session.edit("Set margin", with_margin(action))
    while session.undo_label is not None:
        session.undo()
    assert session.recipe == START
