-- Version 1 of the file. Times are microseconds since 1970-01-01 UTC; the view `readable_deliveries`
-- shows them as text.

CREATE TABLE deliveries (
    route       TEXT    NOT NULL,
    key         TEXT    NOT NULL,
    fence       INTEGER NOT NULL,
    lease_until INTEGER, -- while it is in flight
    done_at     INTEGER, -- once it is done
    keep_until  INTEGER NOT NULL,

    PRIMARY KEY (route, key),
    CHECK ((lease_until IS NULL) <> (done_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX deliveries_by_end ON deliveries (keep_until);

-- The time of the newest write, and the newest fence. Whoever opens the file goes on from there, also if
-- the clock of the machine was set back and if no delivery is kept any more.
CREATE TABLE clock (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    latest_at INTEGER NOT NULL,
    fence     INTEGER NOT NULL
) STRICT;

INSERT INTO clock VALUES (1, 0, 0);

CREATE VIEW readable_deliveries AS
SELECT route,
       key,
       iif(done_at IS NULL, 'in flight', 'done') AS state,
       fence,
       strftime('%Y-%m-%dT%H:%M:%fZ', lease_until / 1e6, 'unixepoch') AS lease_until,
       strftime('%Y-%m-%dT%H:%M:%fZ', done_at / 1e6, 'unixepoch') AS done_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', keep_until / 1e6, 'unixepoch') AS keep_until
FROM deliveries
ORDER BY fence DESC;
