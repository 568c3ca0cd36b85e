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
/// The body is not JSON throughout, or something on a path is not what the path says; a name on a
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
    let mut json = serde_json::Deserializer::from_slice(body);
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
mod tests {
    use alloc::format;
    use alloc::string::String;
    use alloc::vec;
    use alloc::vec::Vec;

    use super::*;

    fn texts<'a>(body: &'a str, paths: &[&str]) -> Result<Vec<Option<Value<'a>>>, Fault> {
        let mut found = vec![None; paths.len()];
        read(body.as_bytes(), paths, &mut found)?;
        Ok(found)
    }

    fn text(text: &str) -> Option<Value<'_>> {
        Some(Value::Text(text.into()))
    }

    #[test]
    fn members_are_found_in_one_pass_in_any_order_and_may_be_missing() {
        let body = r#"{"b":{"d":true,"c":"x"},"n":null,"a":1e3,"o":{},"e":[]}"#;
        let found = texts(body, &["a", "b.c", "b.d", "n", "o", "e", "b.e", "z"]);
        assert_eq!(
            found.expect("readable"),
            [
                Some(Value::Word("1e3")),
                text("x"),
                Some(Value::Word("true")),
                Some(Value::Null),
                Some(Value::Composite),
                Some(Value::Composite),
                None,
                None
            ]
        );
    }

    #[test]
    fn a_number_keeps_its_spelling() {
        for number in [
            "0",
            "-0",
            "1.0",
            "1.10",
            "1E+2",
            "123456789012345678901234567890",
        ] {
            let body = format!(r#"{{"a": {number} }}"#);
            assert_eq!(texts(&body, &["a"]), Ok(vec![Some(Value::Word(number))]));
        }
    }

    #[test]
    fn escapes_are_resolved_in_names_and_texts() {
        let body = r#"{"\u0061":"\u0065\n\ud83d\ude00"}"#;
        assert_eq!(texts(body, &["a"]), Ok(vec![text("e\n\u{1f600}")]));
        let lone = r#"{"a":"\ud83d"}"#;
        assert_eq!(texts(lone, &["a"]), Err(Fault::Unreadable));
    }

    #[test]
    fn an_array_has_the_one_item_that_is_meant() {
        let paths = ["x", "items[].a", "items[].b.c"];
        let body = r#"{"items":[{"a":"1","b":{"c":"2"}}],"x":0}"#;
        let found = texts(body, &paths).expect("readable");
        assert_eq!(found, [Some(Value::Word("0")), text("1"), text("2")]);

        let refused = Err(Fault::NotOneItem { place: 1 });
        for items in [
            "",
            r#"{"a":"1"},{}"#,
            r#"{"a":"1"},{"a":"1"}"#,
            r#"{},{"a":"1"}"#,
        ] {
            let body = format!(r#"{{"items":[{items}]}}"#);
            assert_eq!(texts(&body, &paths), refused, "{items}");
        }
        for items in [
            r#"{"a":"1"}"#,
            "null",
            r#"[[{"a":"1"}]]"#,
            r#"["a"]"#,
            "[7]",
        ] {
            let body = format!(r#"{{"items":{items}}}"#);
            assert_eq!(texts(&body, &paths), Err(Fault::Unreadable), "{items}");
        }
    }

    #[test]
    fn a_name_on_a_path_that_is_there_twice_is_refused_wherever_it_leads() {
        for (body, place) in [
            (r#"{"a":1,"a":1}"#, 0),
            (r#"{"a":1,"\u0061":2}"#, 0),
            (r#"{"b":{"c":1},"b":{"d":1}}"#, 1),
            (r#"{"b":{"c":1,"x":{},"c":1}}"#, 1),
            (r#"{"b":{"d":1,"d":1}}"#, 2),
        ] {
            let refused = Err(Fault::Repeated { place });
            assert_eq!(texts(body, &["a", "b.c", "b.d"]), refused, "{body}");
        }
        assert!(texts(r#"{"x":1,"x":2,"b":{"x":1,"x":2}}"#, &["a", "b.c"]).is_ok());
    }

    #[test]
    fn what_is_no_json_throughout_is_refused() {
        for body in [
            "",
            "a=1",
            "{",
            r#"{"a":1"#,
            r#"{"a":1}x"#,
            "[]",
            "null",
            r#"{"a":01}"#,
            r#"{"b":1}"#,
        ] {
            assert_eq!(texts(body, &["a", "b.c"]), Err(Fault::Unreadable), "{body}");
        }
        let not_utf8 = read(b"{\"a\":\"\xff\"}", &["a"], &mut [None]);
        assert_eq!(not_utf8, Err(Fault::Unreadable));
    }

    #[test]
    fn nesting_beside_a_path_does_not_use_up_the_stack() {
        let depth = 1 << 18;
        let nested = [
            String::from("["),
            "[".repeat(depth),
            "]".repeat(depth),
            "]".into(),
        ]
        .concat();
        let body = format!(r#"{{"x":{nested},"a":"1"}}"#);
        assert_eq!(texts(&body, &["a"]), Ok(vec![text("1")]));
    }

    #[test]
    fn as_many_paths_can_be_read_as_there_may_be() {
        let paths: Vec<_> = (0..MAX_PATHS).map(|place| format!("p{place}")).collect();
        let members: Vec<_> = paths
            .iter()
            .map(|path| format!(r#""{path}":"{path}""#))
            .collect();
        let body = format!("{{{}}}", members.join(","));
        let mut found = vec![None; MAX_PATHS];
        read(body.as_bytes(), &paths, &mut found).expect("readable");
        for (path, value) in paths.iter().zip(found) {
            assert_eq!(value, text(path));
        }
    }

    #[test]
    fn paths_contradict_each_other_where_one_ends_or_takes_an_item() {
        for (one, other) in [
            ("a", "a.b"),
            ("a[].b", "a.b"),
            ("a[].b", "a[]"),
            ("a.b", "a.b[].c"),
        ] {
            assert!(
                contradict(one, other) && contradict(other, one),
                "{one} {other}"
            );
        }
        for (one, other) in [
            ("a", "b"),
            ("a.b", "a.c"),
            ("a.b", "c.b"),
            ("a[].b", "a[].c"),
            ("a", "ab.c"),
        ] {
            assert!(
                !contradict(one, other) && !contradict(other, one),
                "{one} {other}"
            );
        }
    }
}
