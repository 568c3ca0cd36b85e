-- Version 2 of the file. Times are microseconds since 1970-01-01 UTC, and ids are the sixteen bytes of
-- a UUID; the views `readable_jobs` and `readable_audit` show both as text.

CREATE TABLE jobs (
    seq             INTEGER PRIMARY KEY, -- rises as ids do: the order of `seq` is the order of `id`
    id              BLOB    NOT NULL UNIQUE,
    queue           TEXT    NOT NULL,
    kind            TEXT    NOT NULL,
    status          TEXT    NOT NULL,
    priority        INTEGER NOT NULL,           -- 0 is claimed first
    whole           INTEGER NOT NULL,           -- whether it has a row in `payloads`
    triggered_by    TEXT    NOT NULL,
    attempts        INTEGER NOT NULL,
    max_attempts    INTEGER NOT NULL,
    lost            INTEGER NOT NULL,
    max_lost        INTEGER NOT NULL,
    interrupted     INTEGER NOT NULL,
    max_interrupted INTEGER NOT NULL,
    replays         INTEGER NOT NULL,
    log_lines       INTEGER NOT NULL,           -- how many were ever written
    fence           INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    run_at          INTEGER NOT NULL,
    started_at      INTEGER,
    ended_at        INTEGER,
    lease_worker    TEXT,
    lease_until     INTEGER,
    -- What most jobs do not have. A column that is NULL takes one byte.
    payload_gone    INTEGER,                    -- 1 where it was dropped
    dedupe_key      TEXT,
    at_death        TEXT,                       -- what becomes of the key; NULL is to keep it
    metadata        TEXT,                       -- a JSON object of texts
    tags            TEXT,                       -- a JSON array of texts
    subject         TEXT,
    batch           TEXT,
    parent          BLOB,
    replay_of       BLOB,
    replayed_at     INTEGER,
    errors          TEXT,                       -- a JSON array, oldest first
    fingerprint     TEXT,
    triage          TEXT,                       -- a JSON object
    progress        TEXT,                       -- a JSON object
    result          TEXT,                       -- JSON

    -- Written with OR: for IN, SQLite would fill a temporary table at each write.
    CHECK (status = 'ready' OR status = 'running' OR status = 'done' OR status = 'scheduled'
        OR status = 'retrying' OR status = 'dead' OR status = 'cancelled'),
    CHECK ((status = 'running') = (lease_until IS NOT NULL)),
    CHECK ((lease_worker IS NULL) = (lease_until IS NULL)),
    CHECK ((status = 'done' OR status = 'dead' OR status = 'cancelled') = (ended_at IS NOT NULL))
) STRICT;

-- Apart from the jobs, because SQLite writes a row as a whole: a heartbeat must not write megabytes.
CREATE TABLE payloads (
    seq     INTEGER PRIMARY KEY,
    payload BLOB    NOT NULL
) STRICT;

-- The tags of the jobs again, to find them by.
CREATE TABLE tags (
    tag TEXT    NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (tag, seq)
) STRICT, WITHOUT ROWID;

-- The newest lines of each job.
CREATE TABLE log_lines (
    seq     INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    level   TEXT    NOT NULL,
    text    TEXT    NOT NULL,
    PRIMARY KEY (seq, number)
) STRICT, WITHOUT ROWID;

-- Foreign keys would do the same, but only on connections that have asked for it.
CREATE TRIGGER payloads_go_with_jobs AFTER DELETE ON jobs WHEN OLD.whole BEGIN
    DELETE FROM payloads WHERE seq = OLD.seq;
END;
CREATE TRIGGER tags_go_with_jobs AFTER DELETE ON jobs WHEN OLD.tags IS NOT NULL BEGIN
    DELETE FROM tags WHERE seq = OLD.seq AND tag IN (SELECT value FROM json_each(OLD.tags));
END;
CREATE TRIGGER logs_go_with_jobs AFTER DELETE ON jobs WHEN OLD.log_lines > 0 BEGIN
    DELETE FROM log_lines WHERE seq = OLD.seq;
END;

-- Each index holds the jobs of one part of life, in the order in which they are asked for. A job is
-- in one of the first three at a time, so moving on costs one entry less and one entry more.
CREATE INDEX waiting_jobs ON jobs (queue, priority, run_at)
WHERE lease_until IS NULL AND ended_at IS NULL;
CREATE INDEX running_jobs ON jobs (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX ended_jobs ON jobs (queue, status, whole, ended_at) WHERE ended_at IS NOT NULL;

-- What people look for among many jobs that are done. A job that meets no trouble and has none of
-- these is never in them.
CREATE INDEX rare_jobs ON jobs (status)
WHERE status = 'scheduled' OR status = 'retrying' OR status = 'dead' OR status = 'cancelled';
CREATE INDEX failed_jobs ON jobs (fingerprint) WHERE fingerprint IS NOT NULL;
CREATE INDEX jobs_of_subjects ON jobs (subject) WHERE subject IS NOT NULL;
CREATE INDEX jobs_of_batches ON jobs (batch) WHERE batch IS NOT NULL;
CREATE INDEX jobs_of_parents ON jobs (parent) WHERE parent IS NOT NULL;

-- A key outlives its job when its window is longer than the job is kept. Keys are found by a digest
-- of queue and key: they come in any order, and the smaller the rows, the fewer pages are written.
CREATE TABLE dedupe_keys (
    key    BLOB    PRIMARY KEY, -- half of a SHA-256
    digest BLOB    NOT NULL,    -- of kind and payload
    job    BLOB    NOT NULL,
    until  INTEGER NOT NULL     -- the end of the window
) STRICT, WITHOUT ROWID;

CREATE INDEX dedupe_windows ON dedupe_keys (until);

-- Who did what to which job. Rows are added, and the oldest deleted.
CREATE TABLE audit (
    seq    INTEGER PRIMARY KEY,
    job    BLOB    NOT NULL,
    at     INTEGER NOT NULL,
    actor  TEXT    NOT NULL,
    action TEXT    NOT NULL,
    before TEXT,                -- the status
    after  TEXT,
    fence  INTEGER NOT NULL,
    reason TEXT
) STRICT;

CREATE INDEX audit_of_jobs ON audit (job);

-- Which queues were asked for, to the minute, and which are paused.
CREATE TABLE queues (
    queue    TEXT PRIMARY KEY,
    asked_at INTEGER,
    pause    TEXT                -- a JSON object: since when, by whom
) STRICT, WITHOUT ROWID;

-- How many jobs there are. Written once a commit, whatever it holds.
CREATE TABLE tallies (
    queue  TEXT    NOT NULL,
    status TEXT    NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (queue, status)
) STRICT, WITHOUT ROWID;
CREATE TABLE batches (
    batch  TEXT    NOT NULL,
    status TEXT    NOT NULL,
    count  INTEGER NOT NULL,
    PRIMARY KEY (batch, status)
) STRICT, WITHOUT ROWID;

-- Where the file stands. Whoever opens it goes on from there, also if the clock of the machine was set
-- back or the newest job was deleted.
CREATE TABLE latest (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    at    INTEGER NOT NULL,      -- the time of the newest write
    id    BLOB,                  -- of the newest job
    job   INTEGER NOT NULL,      -- its `seq`
    entry INTEGER NOT NULL       -- the `seq` of the newest row of `audit`
) STRICT;

INSERT INTO latest VALUES (1, 0, NULL, 0, 0);

CREATE VIEW readable_jobs AS
SELECT lower(format('%s-%s-%s-%s-%s', substr(hex(id), 1, 8), substr(hex(id), 9, 4),
           substr(hex(id), 13, 4), substr(hex(id), 17, 4), substr(hex(id), 21))) AS id,
       queue,
       kind,
       status,
       CASE priority WHEN 0 THEN 'urgent' WHEN 1 THEN 'high' WHEN 2 THEN 'normal' ELSE 'low' END
           AS priority,
       attempts || '/' || max_attempts AS attempts,
       lost,
       interrupted,
       strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1e6, 'unixepoch') AS created_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', run_at / 1e6, 'unixepoch') AS run_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', started_at / 1e6, 'unixepoch') AS started_at,
       strftime('%Y-%m-%dT%H:%M:%fZ', ended_at / 1e6, 'unixepoch') AS ended_at,
       lease_worker,
       strftime('%Y-%m-%dT%H:%M:%fZ', lease_until / 1e6, 'unixepoch') AS lease_until,
       triggered_by,
       dedupe_key,
       subject,
       batch,
       tags,
       metadata,
       errors -> '$[#-1]' AS last_error,
       fingerprint,
       triage,
       progress,
       log_lines,
       result,
       CASE WHEN payload_gone THEN NULL ELSE coalesce(length(payload), 0) END AS payload_bytes
FROM jobs LEFT JOIN payloads USING (seq)
ORDER BY seq DESC;

CREATE VIEW readable_audit AS
SELECT lower(format('%s-%s-%s-%s-%s', substr(hex(job), 1, 8), substr(hex(job), 9, 4),
           substr(hex(job), 13, 4), substr(hex(job), 17, 4), substr(hex(job), 21))) AS job,
       strftime('%Y-%m-%dT%H:%M:%fZ', at / 1e6, 'unixepoch') AS at,
       actor,
       action,
       before,
       after,
       fence,
       reason
FROM audit
ORDER BY seq DESC;
