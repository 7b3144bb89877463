"""How Sphinx builds the guide: `sphinx-build -W docs docs/_build/html`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

import relaxo

project = "Relaxo"
author = "The Relaxo authors"
copyright = author  # noqa: A001 - Sphinx's name
release = version = relaxo.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "reference_pages",
    "sphinx.ext.autodoc",
]
exclude_patterns = ["_build", "decisions/README.md"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nitpicky = False
numpydoc_show_class_members = False
autodoc_typehints = "description"
autodoc_member_order = "bysource"
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = f"Relaxo {version}"
html_favicon = "../gui/relaxo_gui/resources/relaxo.png"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
# It is read from the disk of a machine without a network.
html_use_index = True
html_theme_options = {"sidebar_hide_name": False, "footer_icons": []}
