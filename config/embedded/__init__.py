"""The servers and processes of a one-machine site, started and watched by `python -m config up`.

`preflight` says in one line why a start can't work (plain Python, runs before anything is installed);
`process` is one watched child; `postgres` and `valkey` are the two embedded servers as such children;
`identity` decides as whom PostgreSQL may run; `supervisor` starts, restarts and stops them all.
Nothing here imports Django: the children do.
"""
