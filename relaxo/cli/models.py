"""`relaxo models`: what it can fit."""

from __future__ import annotations

import click

from relaxo.cli.console import print_json


@click.command("models")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def command(*, as_json: bool) -> None:
    """Show the signal models that can be fitted."""
    from relaxo.models import CATALOGUE

    if as_json:
        print_json(
            [
                {
                    "name": model.name,
                    "title": model.title,
                    "suffix": model.suffix,
                    "equation": model.equation,
                    "inputs": [
                        {"name": given.name, "symbol": given.symbol, "meaning": given.meaning} for given in model.inputs
                    ],
                    "parameters": [
                        {
                            "name": parameter.name,
                            "symbol": parameter.symbol,
                            "meaning": parameter.meaning,
                            "unit": parameter.unit,
                        }
                        for parameter in model.parameters
                    ],
                    "options": [
                        {
                            "name": option.name,
                            "default": option.default,
                            "meaning": option.meaning,
                            "unit": option.unit,
                        }
                        for option in model.options
                    ],
                    "reference": model.reference,
                }
                for model in CATALOGUE.values()
            ]
        )
        return
    for model in CATALOGUE.values():
        click.echo(f"{click.style(model.name, bold=True)}  {model.title}  ({model.suffix})")
        click.echo(f"  S = {model.equation}")
        for given in model.inputs:
            click.echo(f"  {given.symbol:<3} {given.name}: {given.meaning}")
        for parameter in model.parameters:
            click.echo(f"  {parameter.symbol:<3} {parameter.name}: {parameter.meaning}")
        for option in model.options:
            unit = f" {option.unit}".rstrip()
            click.echo(f"  option {option.name} = {str(option.default).lower()}{unit}: {option.meaning}")
        click.echo(f"  {model.reference}\n")
