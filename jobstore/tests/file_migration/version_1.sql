-- Version 1 of the file, as it was written then. Times are microseconds since 1970-01-01 UTC; the view `readable_jobs` shows
-- them as text.

CREATE TABLE jobs (
    seq          INTEGER PRIMARY KEY, -- rises as ids do: the order of `seq` is the order of `id`
    id           TEXT    NOT NULL UNIQUE,
    queue        TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    status       TEXT    NOT NULL,
    triggered_by TEXT    NOT NULL,
    metadata     TEXT    NOT NULL, -- a JSON object of texts
    dedupe_key   TEXT,
    attempts     INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    lost         INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    run_at       INTEGER NOT NULL,
    started_at   INTEGER,
    ended_at     INTEGER,
    fence        INTEGER NOT NULL,
    lease_worker TEXT,
    lease_until  INTEGER,
    errors       TEXT    NOT NULL, -- a JSON array, oldest first
    result       TEXT,             -- JSON

    -- Written with OR: for IN, SQLite would fill a temporary table at each write.
    CHECK (status = 'scheduled' OR status = 'ready' OR status = 'running' OR status = 'retrying'
        OR status = 'done' OR status = 'dead' OR status = 'cancelled'),
    CHECK ((status = 'running') = (lease_until IS NOT NULL)),
    CHECK ((lease_worker IS NULL) = (lease_until IS NULL)),
    CHECK ((status = 'done' OR status = 'dead' OR status = 'cancelled') = (ended_at IS NOT NULL))
) STRICT;

-- Apart from the jobs, because SQLite writes a row as a whole: a heartbeat must not write megabytes.
CREATE TABLE payloads (
    seq     INTEGER PRIMARY KEY,
    payload BLOB    NOT NULL
) STRICT;

-- A foreign key would do the same, but only on connections that have asked for it.
CREATE TRIGGER payloads_go_with_jobs AFTER DELETE ON jobs BEGIN
    DELETE FROM payloads WHERE seq = OLD.seq;
END;

-- Each index holds the jobs of one part of life, in the order in which they are asked for. A job is
-- in one of the first three at a time, so moving on costs one entry less and one entry more.
CREATE INDEX waiting_jobs ON jobs (queue, run_at) WHERE lease_until IS NULL AND ended_at IS NULL;
CREATE INDEX running_jobs ON jobs (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX ended_jobs ON jobs (status = 'dead', ended_at) WHERE ended_at IS NOT NULL;

-- What people look for among many jobs that are done. A job that meets no trouble is never in it.
CREATE INDEX rare_jobs ON jobs (status)
WHERE status = 'scheduled' OR status = 'retrying' OR status = 'dead' OR status = 'cancelled';

-- A key outlives its job when its window is longer than the job is kept. Keys come in any order, so
-- only the index that finds them is written all over; the rows themselves are appended.
CREATE TABLE dedupe_keys (
    seq    INTEGER PRIMARY KEY,
    queue  TEXT    NOT NULL,
    key    TEXT    NOT NULL,
    digest BLOB    NOT NULL, -- of kind and payload
    job_id TEXT    NOT NULL,
    until  INTEGER NOT NULL, -- the end of the window
    UNIQUE (queue, key)
) STRICT;

CREATE INDEX dedupe_windows ON dedupe_keys (until);

-- The time of the newest write. Whoever opens the file goes on from there, also if the clock of the
-- machine was set back.
CREATE TABLE clock (
    one       INTEGER PRIMARY KEY CHECK (one = 1),
    latest_at INTEGER NOT NULL
) STRICT;

INSERT INTO clock VALUES (1, 0);

CREATE VIEW readable_jobs AS
SELECT id,
       queue,
       kind,
       status,
       attempts || '/' || max_attempts AS attempts,
       lost,
       strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1e6, 'unixepoch') AS created_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', run_at / 1e6, 'unixepoch') AS run_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', started_at / 1e6, 'unixepoch') AS started_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', ended_at / 1e6, 'unixepoch') AS ended_at,
       lease_worker,
       strftime('%Y-%m-%dT%H:%M:%fZ', lease_until / 1e6, 'unixepoch') AS lease_until,
       triggered_by,
       dedupe_key,
       metadata,
       errors -> '$[#-1]' AS last_error,
       result,
       length(payload) AS payload_bytes
FROM jobs JOIN payloads USING (seq)
ORDER BY seq DESC;

-- One job of each status.
INSERT INTO jobs VALUES
    (1, '018bcfe5-687a-7000-8000-000000000001', 'mail', 'welcome', 'ready', 'person:ada',
        '{"a":"b"}', 'welcome:ada', 0, 7, 0, 1000000, 1000000, NULL, NULL, 0, NULL, NULL, '[]', NULL),
    (2, '018bcfe5-687a-7000-8000-000000000002', 'mail', 'welcome', 'scheduled', '',
        '{}', NULL, 0, 7, 0, 1000001, 9000000000000000, NULL, NULL, 0, NULL, NULL, '[]', NULL),
    (4, '018bcfe5-687a-7000-8000-000000000004', 'mail', 'bill', 'running', '',
        '{}', NULL, 1, 7, 2, 1000002, 1000002, 1000003, NULL, 3, 'worker', 9000000, '[]', NULL),
    (5, '018bcfe5-687a-7000-8000-000000000005', 'feed', 'fetch', 'retrying', '',
        '{}', NULL, 1, 7, 0, 1000002, 2000000, 1000003, NULL, 1, NULL, NULL,
        '[{"attempt":1,"at":"1970-01-01T00:00:01.5Z","worker":"w","category":"timeout","message":"too slow"}]',
        NULL),
    (6, '018bcfe5-687a-7000-8000-000000000006', 'feed', 'fetch', 'done', '',
        '{}', NULL, 1, 7, 0, 1000002, 1000002, 1000003, 1000009, 1, NULL, NULL, '[]', '{"n":3}'),
    (7, '018bcfe5-687a-7000-8000-000000000007', 'feed', 'fetch', 'dead', '',
        '{}', NULL, 1, 1, 0, 1000002, 1000002, 1000003, 1000009, 1, NULL, NULL,
        '[{"attempt":1,"at":"1970-01-01T00:00:01.5Z","worker":"w","category":"external_api","message":"503"}]',
        NULL),
    (8, '018bcfe5-687a-7000-8000-000000000008', 'feed', 'fetch', 'cancelled', '',
        '{}', NULL, 0, 7, 0, 1000002, 1000002, NULL, 1000009, 0, NULL, NULL, '[]', NULL);

INSERT INTO payloads VALUES
    (1, x'416461'), (2, x''), (4, x'00ff'), (5, x''), (6, x''), (7, x'616761696e'), (8, x'');

UPDATE clock SET latest_at = 5000000;
