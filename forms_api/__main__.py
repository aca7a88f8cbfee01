"""`python -m forms_api`."""

from forms_api.cli import main

main(prog_name="python -m forms_api")
