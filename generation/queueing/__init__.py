"""The queue: who waits, who is next, who draws, and what happens when a worker falls silent.

`queue` is the claim, in the fair order that `shares` keeps the book of; `workload` and `costs` say what a picture
counts for. A claimed job is leased (`leases`), a `heartbeat` renews the leases, and `sweep` puts right what got lost.
`bell` wakes a worker, `notices` tell the web processes. `workers` says who draws what, `worker_names` which process
that is and `devices` on what. For people: `pace` and `forecast` (how long it will take), `standstill` (why nothing
starts), `queue_state` (the operator's view) and `orders` (what the operator asks for).
Not here: how a request comes in (`generation.requests`, `generation.door`), the drawing itself (`generation.serve`
and the engine), the rows (`generation.models.queue`).
"""
