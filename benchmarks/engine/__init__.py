"""The engine under load, beside bare diffusers: what `benchmarks.gpu` and `make bench` measure.

`shapes` builds checkpoints of random weights, `arrivals` says who asks for what and when, `sides` draws it with the
engine and with the stock pipeline, `report` writes the tables. Nothing here needs Django, a database or a broker.
"""
