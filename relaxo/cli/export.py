"""`relaxo export`: results as files that other programs read, BIDS and DICOM."""

from __future__ import annotations

from pathlib import Path

import click

from relaxo.cli.console import print_notices, print_places, progress
from relaxo.cli.source import recipe_for


@click.command("export", short_help="Write maps and wells as BIDS or DICOM.")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--as", "form", required=True, type=click.Choice(["bids", "dicom", "xlsx"]), help="What to write.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for it.")
@click.option("--subject", default="phantom01", show_default=True, help="BIDS: label of the phantom in the dataset.")
@click.option("--follow-source", is_flag=True, help="DICOM: belong to the patient and the study of the images.")
def command(source: Path, form: str, out: Path, subject: str, *, follow_source: bool) -> None:
    """Write the results of SOURCE: a folder of results, a recipe, or a folder of images.

    bids: a dataset of the images and, below derivatives/relaxo, of maps, standard errors, wells and relaxivities; a
    second subject joins it. dicom: Parametric Maps of T1, T2, R1 and R2, and a Segmentation of the wells. xlsx: a
    workbook. Names, identifiers and dates of a patient stay behind.

    The recipe in a folder of results is run again, for images and maps in full; what it gives must be what the results
    say.
    """
    from relaxo.pipeline import run
    from relaxo.report import check_same

    recipe = source / "recipe.toml"
    in_results = recipe.is_file() and (source / "results.json").is_file()
    with progress() as told:
        result = run(recipe_for(recipe if in_results else source), told)
        if in_results:
            check_same(result, source)

        def further(done: int, total: int) -> bool:
            return told("Writing files", done, total)

        if form == "bids":
            from relaxo.report.bids import write_bids

            places = {"derivatives": write_bids(result, out, subject=subject, progress=further)}
        elif form == "dicom":
            from relaxo.report.dicom_out import write_dicom

            files = write_dicom(result, out, follow_source=follow_source, progress=further)
            places = {path.stem: path for path in files}
        else:
            from relaxo.io.files import staged
            from relaxo.report.workbook import write_workbook

            with staged(out, owned=("results.xlsx",)) as staging:
                write_workbook(result, staging / "results.xlsx")
            places = {"workbook": out / "results.xlsx"}
    print_notices(result.notices)
    print_places(places)
