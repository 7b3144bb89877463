import pytest

from relaxo.batch import work
from relaxo.batch.place import Ending

DONE = Ending({"status": "done", "seconds": 1.0}, 0, "", late=False)
GONE = Ending(None, 0, "", late=False)
DIED = Ending(None, -9, "", late=False)


class FakePlace:
    """A place whose studies end as they are told to."""

    made = 0
    endings = ()

    def __init__(self):
        type(self).made += 1
        self.lives = True
        self.closed = False

    def run(self, task, timeout_s):  # noqa: ARG002
        ending, *type(self).endings = self.endings
        self.lives = ending is DONE
        return ending

    def close(self):
        self.closed = True


@pytest.fixture
def places(monkeypatch):
    monkeypatch.setattr(work, "Place", FakePlace)
    monkeypatch.setattr(work, "_idle", [])
    monkeypatch.setattr(work, "_stopped", False)  # a batch that ended before left it True
    monkeypatch.setattr(FakePlace, "made", 0)
    return FakePlace


TASK = {"timeout_s": None}


def test_a_process_is_used_again(places):
    places.endings = [DONE, DONE]
    assert [work._run(TASK), work._run(TASK)] == [DONE, DONE]
    assert places.made == 1


def test_one_that_left_while_it_waited_is_replaced(places):
    places.endings = [DONE, GONE, DONE]
    assert [work._run(TASK), work._run(TASK)] == [DONE, DONE]
    assert places.made == 2


def test_one_that_died_with_its_study_is_not_tried_again(places):
    places.endings = [DONE, DIED, DONE]
    assert [work._run(TASK) for _ in range(3)] == [DONE, DIED, DONE]
    assert places.made == 2


def test_a_new_one_that_ends_without_an_answer_is_not_tried_again(places):
    places.endings = [GONE]
    assert work._run(TASK) == GONE


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (DIED, "its process was ended by SIGKILL, as the system does when memory runs out"),
        (Ending(None, 3, "first\nlast words\n", late=False), "its process ended with code 3: last words"),
        (Ending(None, -9, "", late=True), "it took longer than the 2 min that --timeout grants a study"),
    ],
)
def test_a_failure_says_how_the_process_ended(ending, words):
    assert work._why(ending, 120.0) == words
