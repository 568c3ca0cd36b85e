//! What one sender may take of this process: connections, time, memory.

use std::time::Duration;

use jobstore::NewJob;

use super::variables::Variables;

const MS: Duration = Duration::from_millis(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const MIB: usize = 1024 * 1024;

/// Limits of the public listener.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Connections open at once; further ones wait in the kernel's queue.
    pub(crate) connections: usize,
    /// Connections open at once from one IPv4 address or one IPv6 /64; further ones are closed.
    pub(crate) connections_per_peer: usize,
    /// From the first moment of a connection, or the end of the last answer, to the end of a request's head.
    pub(crate) header_timeout: Duration,
    /// An HTTP/2 connection without a request is closed after this, at the latest after twice this.
    pub(crate) idle_timeout: Duration,
    /// A connection this old is asked to finish; its client opens another.
    pub(crate) connection_age: Duration,
    /// Between two pieces of one body.
    pub(crate) body_idle_timeout: Duration,
    /// From the end of the head to the end of the body.
    pub(crate) body_timeout: Duration,
    /// One body.
    pub(crate) body_bytes: usize,
    /// All bodies that are being gathered, together.
    pub(crate) body_memory: usize,
    /// From the signal to stop to the moment when what still runs is cut off.
    pub(crate) drain_timeout: Duration,
}

impl Limits {
    pub(super) fn read(variables: &mut Variables) -> Self {
        let limits = Self {
            connections: variables.number("MAX_CONNECTIONS", 1024, 1..=65_536),
            connections_per_peer: variables.number("MAX_CONNECTIONS_PER_IP", 256, 1..=65_536),
            header_timeout: seconds(variables, "HEADER_TIMEOUT", 10),
            idle_timeout: seconds(variables, "IDLE_TIMEOUT", 60),
            connection_age: variables.duration("CONNECTION_AGE", 10 * MINUTE, MS..=24 * HOUR),
            body_idle_timeout: seconds(variables, "BODY_IDLE_TIMEOUT", 5),
            body_timeout: seconds(variables, "BODY_TIMEOUT", 20),
            body_bytes: variables.number("MAX_BODY_BYTES", MIB, 1..=NewJob::MAX_PAYLOAD),
            body_memory: variables.number("MAX_BODY_MEMORY_BYTES", 64 * MIB, 1..=4096 * MIB),
            drain_timeout: seconds(variables, "DRAIN_TIMEOUT", 20),
        };
        if limits.body_memory < limits.body_bytes {
            variables.refuse(
                "MAX_BODY_MEMORY_BYTES",
                "is smaller than MAX_BODY_BYTES, so that the largest allowed body would never fit",
                "raise it, or lower MAX_BODY_BYTES",
            );
        }
        limits
    }
}

fn seconds(variables: &mut Variables, name: &str, default: u64) -> Duration {
    variables.duration(name, Duration::from_secs(default), MS..=HOUR)
}
