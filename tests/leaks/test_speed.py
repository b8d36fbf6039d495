import collections
import os
import time

import pytest
from django.test import Client

from tests.leaks import oracle
from tests.leaks.answers import ask_once
from tests.leaks.routes import ROWS
from tests.leaks.things import BY_INDEX
from tests.leaks.viewers import VIEWERS, browser


@pytest.mark.django_db
def test_speed(world):
    handler = Client().handler
    for kind in os.environ["KINDS"].split(","):
        viewer = VIEWERS[kind]
        client = browser(viewer)
        client.handler = handler
        spent = collections.Counter()
        n = collections.Counter()
        t0 = time.time()
        leaks = collections.defaultdict(list)
        for row in ROWS:
            print('.', row.route, round(time.time()-t0), sum(n.values()), flush=True)
            for ask in row.asks(world, viewer):
                t = time.process_time()
                try:
                    a = ask_once(world, client, kind, row, ask)
                except Exception as e:
                    print("RAISED", kind, ask, repr(e)[:300], flush=True)
                    continue
                spent[row.route] += time.process_time() - t
                n[row.route] += 1
                named = {m.thing for m in a.echoed}
                told = [
                    str(m) + BY_INDEX[m.thing].name if m.thing in BY_INDEX else str(m)
                    for m in sorted(a.told)
                    if not oracle.may_know(viewer, m, named=m.thing in named)
                ]
                if told or a.status >= 500:
                    leaks[row.route].append((str(ask), a.status, told))
                    if len(leaks[row.route]) < 5:
                        print("LEAK", kind, row.route, str(ask)[:200], a.status, str(told)[:600], flush=True)
                    len(leaks[row.route]) < 5 and print(
                        "LEAK", kind, row.route, str(ask)[:200], a.status, str(told)[:600], flush=True
                    )
        print(kind, sum(n.values()), "asks", time.time() - t0, sum(spent.values()))
        print([(r, round(s, 2), n[r]) for r, s in spent.most_common(14)])
        for r, l in ():
            print("LEAK", kind, r, len(l))
            for one in l[:4]:
                print("     ", str(one)[:700])
