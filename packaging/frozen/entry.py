"""Where the frozen programs begin: `relaxo`, or under the name `relaxo-gui` the app."""

import multiprocessing
import sys
from pathlib import Path

if __name__ == "__main__":
    # Processes that a batch starts are this program once more.
    multiprocessing.freeze_support()
    if sys.argv[1:] == ["--study-of-a-batch"]:
        from relaxo.batch.child import main as run_study

        run_study()
    elif Path(sys.argv[0]).stem == "relaxo-gui":
        from relaxo_gui.__main__ import main as open_app

        sys.exit(open_app())
    else:
        from relaxo.__main__ import main

        main()
