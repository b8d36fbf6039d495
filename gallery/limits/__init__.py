"""How often somebody may do something: token buckets for each account and each block of addresses.

`acts` is the table of what is counted and how much of it is let through, `routes` says what each address of the site
counts as, `buckets` takes tokens in Valkey, `spending` decides whose buckets a request takes from, `middleware` asks
before every view and tells in headers what is left.

Config/settings.py reads `acts` and `spec`, so nothing is imported here.
"""
