import pytest


class Missing:
    """An app whose toolkit is not installed."""

    @staticmethod
    def load():
        raise ModuleNotFoundError("No module named 'PySide6'", name="PySide6")


class Present:
    """An app that notes what it was asked to open."""

    opened = None

    def load(self):
        def main(arguments):
            self.opened = arguments
            return 0

        return main


def test_without_qt_it_says_how_to_install_it(call, monkeypatch):
    monkeypatch.setattr("relaxo.cli.gui.entry_points", lambda **_: (Missing(),))
    code, _, err = call("gui")
    assert code == 2
    assert 'pip install "relaxo[gui]"' in err


@pytest.mark.parametrize(("arguments", "opened"), [([], []), (["study"], ["study"])])
def test_the_app_gets_the_path(call, monkeypatch, arguments, opened):
    app = Present()
    monkeypatch.setattr("relaxo.cli.gui.entry_points", lambda **_: (app,))
    code, _, _ = call("gui", *arguments)
    assert code == 0
    assert app.opened == opened
