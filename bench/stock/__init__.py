"""The caseload page as a competent Django developer writes it first: instances, one GROUP BY, a Django template.

It stands on the same database behind the same walls, with the same sign-in (session, idle limit, second factor), the
same read audit in the same transaction, the same server and the same number of connections.
"""
