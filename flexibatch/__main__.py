"""Run the program as `python -m flexibatch`."""

from flexibatch.cli import main

main()
