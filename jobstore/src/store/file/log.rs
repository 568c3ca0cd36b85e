//! The logs of jobs as rows.

use rusqlite::{Connection, Result, Row, params};

use super::cell;
use crate::{JobId, Level, LogLine, LogPage};

/// Writes a line of the job at `seq`, and lets the oldest go where there are too many.
pub(super) fn write(connection: &Connection, seq: i64, line: &LogLine) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO log_lines VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute(params![
            seq,
            cell::number(line.number),
            line.at.as_micros(),
            line.attempt,
            line.level.name(),
            line.text,
        ])?;
    if let Some(gone) = line.number.checked_sub(LogLine::MAX_LINES) {
        connection
            .prepare_cached("DELETE FROM log_lines WHERE seq = ?1 AND number <= ?2")?
            .execute(params![seq, cell::number(gone)])?;
    }
    Ok(())
}

/// The lines of a job that follow line `after`.
pub(super) fn page(
    connection: &Connection,
    id: JobId,
    after: u64,
    limit: usize,
) -> Result<LogPage> {
    let limit = limit.clamp(1, LogPage::MAX_LIMIT);
    let mut lines: Vec<LogLine> = connection
        .prepare_cached(
            "SELECT number, at, attempt, level, text FROM log_lines
             WHERE seq = (SELECT seq FROM jobs WHERE id = ?1) AND number > ?2
             ORDER BY number LIMIT ?3",
        )?
        .query_map(
            params![id.as_bytes(), cell::number(after), cell::limit(limit + 1)],
            line,
        )?
        .collect::<Result<_>>()?;
    let more = lines.len() > limit;
    lines.truncate(limit);
    Ok(LogPage {
        next: lines.last().filter(|_| more).map(|line| line.number),
        lines,
    })
}

fn line(row: &Row<'_>) -> Result<LogLine> {
    Ok(LogLine {
        number: cell::count(row, 0)?,
        at: cell::time(row, 1)?,
        attempt: row.get(2)?,
        level: cell::parse::<Level>(row, 3)?,
        text: row.get(4)?,
    })
}
