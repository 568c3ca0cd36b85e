-- What the file of version 1 knows. Its audit trail begins with the version that keeps one, and a
-- count of interruptions at none. Ten losses were what its jobs could bear.

INSERT INTO jobs (seq, id, queue, kind, status, priority, whole, triggered_by, attempts, max_attempts,
    lost, max_lost, interrupted, max_interrupted, replays, log_lines, fence, created_at, run_at,
    started_at, ended_at, lease_worker, lease_until, dedupe_key, metadata, errors, result)
SELECT seq, unhex(replace(id, '-', '')), queue, kind, status, 2, length(payload) > 0, triggered_by,
    attempts, max_attempts, lost, 10, 0, 100, 0, 0, fence, created_at, run_at,
    started_at, ended_at, lease_worker, lease_until, dedupe_key,
    nullif(metadata, '{}'), nullif(errors, '[]'), result
FROM old_jobs JOIN old_payloads USING (seq)
ORDER BY seq;

INSERT INTO payloads
SELECT seq, payload FROM old_payloads WHERE length(payload) > 0 ORDER BY seq;

INSERT INTO tallies SELECT queue, status, count(*) FROM jobs GROUP BY queue, status;

UPDATE latest
SET at = (SELECT latest_at FROM clock),
    id = (SELECT id FROM jobs ORDER BY seq DESC LIMIT 1),
    job = (SELECT coalesce(max(seq), 0) FROM jobs);

DROP TABLE old_jobs;
DROP TABLE old_payloads;
DROP TABLE clock;
