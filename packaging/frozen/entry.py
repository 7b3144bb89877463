"""Where the frozen programs begin: `relaxo`, or under the name `relaxo-gui` the app."""

import multiprocessing
import sys
from pathlib import Path

if __name__ == "__main__":
    # Processes that a batch starts are this program once more.
    multiprocessing.freeze_support()
    if Path(sys.argv[0]).stem == "relaxo-gui":
        from relaxo_gui.__main__ import main as open_app

        sys.exit(open_app())
    from relaxo.__main__ import main

    main()
