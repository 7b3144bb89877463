"""Where the frozen programs begin: `relaxo`, or under the name `relaxo-gui` the app."""

import importlib
import multiprocessing
import sys
from pathlib import Path

import without_opengl

if __name__ == "__main__":
    # Processes that a batch starts are this program once more.
    multiprocessing.freeze_support()
    without_opengl.install()
    if sys.argv[1:] == ["--study-of-a-batch"]:
        from relaxo.batch.child import main as run_study

        run_study()
    elif sys.argv[1:2] == ["--import"]:
        # The smoke test asks for what is imported late, so that nothing is left out that somebody meets a month later.
        for name in sys.argv[2:]:
            importlib.import_module(name)
    elif Path(sys.argv[0]).stem == "relaxo-gui":
        from relaxo_gui.__main__ import main as open_app

        sys.exit(open_app())
    else:
        from relaxo.__main__ import main

        main()
