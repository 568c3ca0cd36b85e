//! Fields of vendors, in milliseconds.

use core::time::Duration;

use super::Hint;
use super::number::{natural, rounded_up};

const PUSHBACK: &str = "grpc-retry-pushback-ms";

/// Of AWS, of Azure and those who followed it, and of Azure's older services.
const WAITS: [&str; 3] = ["x-amz-retry-after", "retry-after-ms", "x-ms-retry-after-ms"];

/// What a gRPC server says: anything but a number of milliseconds is to stop.
pub(super) fn pushback<'f, V>(fields: &impl Fn(&'static str) -> V) -> Option<Hint>
where
    V: IntoIterator<Item = &'f str>,
{
    let hints = fields(PUSHBACK).into_iter().map(|value| {
        let millis = natural(value.trim()).map(Duration::from_millis);
        millis.map_or(Hint::Stop, Hint::Wait)
    });
    hints.max()
}

/// The wait that the first field says which says one.
pub(super) fn wait<'f, V>(fields: &impl Fn(&'static str) -> V) -> Option<Duration>
where
    V: IntoIterator<Item = &'f str>,
{
    WAITS.into_iter().find_map(|name| {
        let millis = fields(name).into_iter();
        millis
            .filter_map(|value| rounded_up(value.trim()))
            .map(Duration::from_millis)
            .max()
    })
}
