//! Reading several members of a JSON body in one pass.

use core::fmt;

use serde_core::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use super::Fault;
use super::value::Value;

/// How many members can be read in one pass.
pub(super) const MAX_PATHS: usize = u32::BITS as usize;

/// What stands behind the name of a member of which the one item is meant.
const ONE_ITEM: &str = "[]";

/// Reads what stands at the ends of paths, of which there are at most [`MAX_PATHS`], one or none for
/// each. The work is one pass over the body, and nothing is copied but texts with escapes.
///
/// No path may be the beginning of another, and none goes through an array where another does not:
/// [`contradict`] tells.
///
/// # Errors
///
/// The body is not JSON throughout, in UTF-8, or something on a path is not what the path says; a name on a
/// path is there twice, because readers differ in which of the two they take; an array on a path
/// has not exactly one item.
pub(super) fn read<'a>(
    body: &'a [u8],
    paths: &[impl AsRef<str>],
    found: &mut [Option<Value<'a>>],
) -> Result<(), Fault> {
    let mut fault = None;
    let reading = Reading {
        paths,
        found,
        fault: &mut fault,
    };
    let all = u32::MAX.checked_shr(u32::BITS - paths.len() as u32);
    // What is not on a path is skipped unread, so that bytes which are no text would pass there.
    let body = str::from_utf8(body).map_err(|_| Fault::Unreadable)?;
    let mut json = serde_json::Deserializer::from_str(body);
    let object = Object {
        reading,
        depth: 0,
        live: all.unwrap_or(0),
    };
    let result = object.deserialize(&mut json).and_then(|()| json.end());
    result.map_err(|_| fault.unwrap_or(Fault::Unreadable))
}

/// Whether two paths cannot both be followed: one ends where the other goes on, or one takes an item
/// where the other takes a member.
pub(super) fn contradict(one: &str, other: &str) -> bool {
    let mut steps = (one.split('.'), other.split('.'));
    loop {
        match (steps.0.next(), steps.1.next()) {
            (Some(one), Some(other)) if one == other => {}
            (Some(one), Some(other)) => return name(one) == name(other),
            (None, None) => return false,
            (Some(_), None) | (None, Some(_)) => return true,
        }
    }
}

/// Whether it is a path: every step has a name.
pub(super) fn is_path(path: &str) -> bool {
    path.split('.').all(|step| !name(step).is_empty())
}

/// The name of the member in a step.
fn name(step: &str) -> &str {
    step.strip_suffix(ONE_ITEM).unwrap_or(step)
}

/// What is read, and where it goes.
struct Reading<'r, 'a, P> {
    paths: &'r [P],
    found: &'r mut [Option<Value<'a>>],
    fault: &'r mut Option<Fault>,
}

impl<'a, P: AsRef<str>> Reading<'_, 'a, P> {
    fn reborrow(&mut self) -> Reading<'_, 'a, P> {
        Reading {
            paths: self.paths,
            found: self.found,
            fault: self.fault,
        }
    }

    fn step(&self, place: usize, depth: usize) -> Option<&str> {
        self.paths[place].as_ref().split('.').nth(depth)
    }

    /// Ends the reading.
    fn stop<E: Error>(&mut self, fault: Fault) -> E {
        *self.fault = Some(fault);
        E::custom("the body is refused")
    }
}

/// The places in a set of paths, which is a number with a bit for each.
fn places(live: u32) -> impl Iterator<Item = usize> {
    (0..MAX_PATHS).filter(move |place| live & (1 << place) != 0)
}

fn first(live: u32) -> usize {
    live.trailing_zeros() as usize
}

/// An object which the live paths have come to, after so many steps.
struct Object<'r, 'a, P> {
    reading: Reading<'r, 'a, P>,
    depth: usize,
    live: u32,
}

impl<'de, P: AsRef<str>> DeserializeSeed<'de> for Object<'_, 'de, P> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, P: AsRef<str>> Visitor<'de> for Object<'_, 'de, P> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        let mut seen = 0;
        while let Some(named) = members.next_key_seed(Named(&self))? {
            if named == 0 {
                members.next_value::<IgnoredAny>()?;
                continue;
            }
            if seen & named != 0 {
                let place = first(named);
                return Err(self.reading.stop(Fault::Repeated { place }));
            }
            seen |= named;
            members.next_value_seed(Member {
                reading: self.reading.reborrow(),
                depth: self.depth,
                live: named,
            })?;
        }
        Ok(())
    }
}

/// Which of the live paths go on with the name of a member. Escapes are resolved, so `"\u0069d"` is
/// `id`.
struct Named<'o, 'r, 'a, P>(&'o Object<'r, 'a, P>);

impl<'de, P: AsRef<str>> DeserializeSeed<'de> for Named<'_, '_, '_, P> {
    type Value = u32;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u32, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<P: AsRef<str>> Visitor<'_> for Named<'_, '_, '_, P> {
    type Value = u32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, own: &str) -> Result<u32, E> {
        let Object {
            reading,
            depth,
            live,
        } = self.0;
        let goes_on = |&place: &usize| {
            reading
                .step(place, *depth)
                .is_some_and(|step| name(step) == own)
        };
        Ok(places(*live)
            .filter(goes_on)
            .fold(0, |named, place| named | 1 << place))
    }
}

/// What stands behind a name.
struct Member<'r, 'a, P> {
    reading: Reading<'r, 'a, P>,
    depth: usize,
    live: u32,
}

impl<'de, P: AsRef<str>> DeserializeSeed<'de> for Member<'_, 'de, P> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let step = self.reading.step(first(self.live), self.depth);
        if step.is_some_and(|step| step.ends_with(ONE_ITEM)) {
            deserializer.deserialize_seq(OneItem(self.item()))
        } else {
            self.item().deserialize(deserializer)
        }
    }
}

impl<'r, 'a, P> Member<'r, 'a, P> {
    fn item(self) -> Item<'r, 'a, P> {
        Item {
            reading: self.reading,
            depth: self.depth + 1,
            live: self.live,
        }
    }
}

/// An array of exactly one item.
struct OneItem<'r, 'a, P>(Item<'r, 'a, P>);

impl<'de, P: AsRef<str>> Visitor<'de> for OneItem<'_, 'de, P> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of one item")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Item {
            mut reading,
            depth,
            live,
        } = self.0;
        let item = items.next_element_seed(Item {
            reading: reading.reborrow(),
            depth,
            live,
        })?;
        if item.is_none() || items.next_element::<IgnoredAny>()?.is_some() {
            let place = first(live);
            return Err(reading.stop(Fault::NotOneItem { place }));
        }
        Ok(())
    }
}

/// A value which the live paths have come to, after so many steps: their end, or an object.
struct Item<'r, 'a, P> {
    reading: Reading<'r, 'a, P>,
    depth: usize,
    live: u32,
}

impl<'de, P: AsRef<str>> DeserializeSeed<'de> for Item<'_, 'de, P> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self {
            reading,
            depth,
            live,
        } = self;
        if reading.step(first(live), depth).is_some() {
            return Object {
                reading,
                depth,
                live,
            }
            .deserialize(deserializer);
        }
        let json = <&RawValue>::deserialize(deserializer)?.get();
        let value = Value::parse(json).ok_or_else(|| D::Error::custom("no text"))?;
        for place in places(live) {
            reading.found[place] = Some(value.clone());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
