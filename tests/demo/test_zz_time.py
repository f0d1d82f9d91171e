import time
from datetime import date
from django.db import connection
from linkwell.common.scope import scope
from linkwell.evaluation import report as reports, queries
from linkwell.team.models import Membership

def test_time(loaded):
    m = Membership.objects.select_related("scheme").filter(role="COM").first()
    import psycopg
    with psycopg.connect(loaded.clone.owner_url, autocommit=True) as o:
        for t in ("referrals_referral","referrals_referralevent","support_episode","support_planversion","connections_connection","connections_connectionevent","outcomes_completion","outcomes_score"): o.execute(f"ALTER TABLE {t} SET (autovacuum_enabled=off)")
    for i in range(2):
        with scope(scheme_ids=[m.scheme_id], scheme_id=m.scheme_id):
            with queries.reading() as c:
                if i==0:
                    c.execute("EXPLAIN SELECT min(received_on) FROM report_referral WHERE scheme_id=%s", [m.scheme_id]); print("\n".join(x[0] for x in c.fetchall()))
                    c.execute("SET LOCAL enable_nestloop = off")
                    c.execute("EXPLAIN SELECT min(received_on) FROM report_referral WHERE scheme_id=%s", [m.scheme_id]); print("\n".join(x[0] for x in c.fetchall()))
                t=time.perf_counter(); f=queries.first_received_on(c, scheme_id=m.scheme_id); print("first", time.perf_counter()-t)
                t=time.perf_counter(); r=queries.referrals(c, scheme_id=m.scheme_id, since=f, until=date(2026,10,1)); print("refs", len(r), time.perf_counter()-t)
                t=time.perf_counter(); p=queries.pairs(c, scheme_id=m.scheme_id, until=date(2026,10,1)); print("pairs", len(p), time.perf_counter()-t)
                if i==0:
                    c.execute("EXPLAIN ANALYZE SELECT * FROM report_referral WHERE scheme_id=%s", [m.scheme_id]); print("\n".join(x[0] for x in c.fetchall()))
            t=time.perf_counter(); rep=reports.report(viewer=m, today=date(2026,11,23)); print("report", time.perf_counter()-t)
        from django.db import connections
        if i==0:
            import psycopg
            with psycopg.connect(loaded.clone.owner_url, autocommit=True) as o: o.execute("ANALYZE")
