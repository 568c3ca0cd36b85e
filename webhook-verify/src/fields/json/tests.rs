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
