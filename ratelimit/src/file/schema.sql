-- Version 1 of the file. Times are microseconds since 1970-01-01 UTC; the view `readable_buckets` shows
-- them as text. A bucket that is full is as one that is not there.

CREATE TABLE buckets (
    rule      TEXT    NOT NULL,
    key       TEXT    NOT NULL,
    full_at   INTEGER NOT NULL,
    left_over INTEGER NOT NULL, -- grains beyond that microsecond
    quota     TEXT    NOT NULL, -- which it belongs to

    PRIMARY KEY (rule, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX buckets_by_end ON buckets (full_at);

-- What a check writes, to see that it can.
CREATE TABLE checks (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    at  INTEGER NOT NULL
) STRICT;

CREATE VIEW readable_buckets AS
SELECT rule,
       key,
       quota,
       strftime('%Y-%m-%dT%H:%M:%fZ', full_at / 1e6, 'unixepoch') AS full_at
FROM buckets
ORDER BY rule, key;
