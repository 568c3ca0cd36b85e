use alloc::string::ToString;
use alloc::vec::Vec;

use super::*;
use crate::Provider;

const ONE: &str = "1111111111111111111111111111111111111111111111111111111111111111";
const TWO: &str = "2222222222222222222222222222222222222222222222222222222222222222";

const BARE: Grammar = Grammar::Bare {
    prefix: Cow::Borrowed("sha256="),
};
const VERSIONS: Grammar = Grammar::Versions {
    version: Cow::Borrowed("v1"),
};

fn pairs_with(separator: Separator) -> Grammar {
    Grammar::Pairs {
        separator,
        signature: "v1".into(),
        several: true,
    }
}

const LIST: Grammar = Grammar::List {
    prefix: Cow::Borrowed("v0="),
    separator: Separator::Comma,
};

/// The first byte of each usable signature.
fn read(grammar: &Grammar, header: &str) -> Vec<u8> {
    let mut found = Signatures::new(&Provider::GitHub.scheme());
    grammar.collect(header, &mut found).expect("few enough");
    found.usable().iter().map(|tag| tag.as_bytes()[0]).collect()
}

#[test]
fn a_bare_signature_stands_behind_its_prefix() {
    assert_eq!(read(&BARE, &["sha256=", ONE].concat()), [0x11]);
    for header in [
        "",
        "sha256=",
        ONE,
        &["sha1=", ONE].concat(),
        &["SHA256=", ONE].concat(),
    ] {
        assert_eq!(read(&BARE, header), [0; 0], "{header}");
    }
    let joined = ["sha256=", ONE, ", sha256=", ONE].concat();
    assert_eq!(read(&BARE, &joined), [0; 0]);
}

#[test]
fn a_prefix_may_be_left_out_but_not_be_another() {
    let grammar = Grammar::BareOrPrefixed {
        prefix: "sha256=".into(),
    };
    assert_eq!(read(&grammar, ONE), [0x11]);
    assert_eq!(read(&grammar, &["sha256=", ONE].concat()), [0x11]);
    assert_eq!(read(&grammar, &["sha512=", ONE].concat()), [0; 0]);
    let written = grammar.write(None, [ONE.to_string()].into_iter());
    assert_eq!(written, ["sha256=", ONE].concat());
}

#[test]
fn pairs_stand_in_any_order_with_or_without_a_space() {
    for (separator, sign) in [
        (Separator::Comma, ","),
        (Separator::Semicolon, ";"),
        (Separator::Ampersand, "&"),
    ] {
        let grammar = pairs_with(separator);
        for header in [
            ["t=5", sign, "v1=", ONE, sign, "v1=", TWO].concat(),
            ["v1=", ONE, sign, " v1=", TWO, sign, " t=5"].concat(),
            [
                "v0=", TWO, sign, "v1=", ONE, sign, sign, "v1", sign, "t=5", sign, "v1=", TWO, sign,
            ]
            .concat(),
        ] {
            assert_eq!(read(&grammar, &header), [0x11, 0x22], "{header}");
            assert_eq!(grammar.value(&header, "t"), Ok(Some("5")), "{header}");
        }
    }
}

#[test]
fn a_value_may_contain_the_equals_sign() {
    let grammar = pairs_with(Separator::Comma);
    assert_eq!(grammar.value("a=b=c=", "a"), Ok(Some("b=c=")));
}

#[test]
fn a_key_with_two_values_is_a_contradiction_and_with_one_value_twice_is_not() {
    let grammar = pairs_with(Separator::Comma);
    assert_eq!(grammar.value("t=1,v1=a, t=2,v1=a", "t"), Err(Contradiction));
    assert_eq!(grammar.value("t=1,v1=a, t=1,v1=a", "t"), Ok(Some("1")));
    assert_eq!(grammar.value("v1=a", "t"), Ok(None));
}

#[test]
fn unknown_versions_are_skipped() {
    let header = [
        "v1a,", TWO, " v2,", TWO, " v1,", ONE, " ", ONE, "  v1,", TWO,
    ]
    .concat();
    assert_eq!(read(&VERSIONS, &header), [0x11, 0x22]);
}

#[test]
fn malformed_siblings_are_skipped() {
    assert_eq!(
        read(&VERSIONS, &["v1,!!! v1, v1 v1,", ONE].concat()),
        [0x11]
    );
    assert_eq!(
        read(
            &pairs_with(Separator::Comma),
            &["v1=zz,v1=,v1=", ONE].concat()
        ),
        [0x11]
    );
}

#[test]
fn what_is_written_is_read() {
    let signatures = || [ONE.to_string(), TWO.to_string()].into_iter();
    let header = VERSIONS.write(None, signatures());
    assert_eq!(header, ["v1,", ONE, " v1,", TWO].concat());
    assert_eq!(read(&VERSIONS, &header), [0x11, 0x22]);

    for separator in [Separator::Comma, Separator::Semicolon, Separator::Ampersand] {
        let grammar = pairs_with(separator);
        let header = grammar.write(Some(("t", "5")), signatures());
        assert_eq!(read(&grammar, &header), [0x11, 0x22]);
        assert_eq!(grammar.value(&header, "t"), Ok(Some("5")));
    }
    assert_eq!(
        BARE.write(None, signatures().take(1)),
        ["sha256=", ONE].concat()
    );
}

#[test]
fn a_word_that_could_not_be_found_again_is_refused() {
    let refused = |word: &str| Err(Misconfigured::GrammarWord { word: word.into() });
    let long = "x".repeat(MAX_WORD_LEN + 1);
    for word in ["", "a,b", "caf\u{e9}", "a b", &long] {
        let grammar = Grammar::Versions {
            version: word.to_string().into(),
        };
        assert_eq!(grammar.validate(), refused(word));
    }
    for word in ["a=b", "a&b"] {
        let grammar = Grammar::Pairs {
            separator: Separator::Ampersand,
            signature: word.to_string().into(),
            several: false,
        };
        assert_eq!(grammar.validate(), refused(word));
    }
    assert_eq!(Grammar::Bare { prefix: "".into() }.validate(), Ok(()));
    assert_eq!(
        Grammar::Bare {
            prefix: "sig ".into()
        }
        .validate(),
        refused("sig ")
    );
}

#[test]
fn a_time_needs_a_key_of_its_own() {
    let grammar = pairs_with(Separator::Comma);
    assert_eq!(grammar.validate_timestamp_key("t"), Ok(()));
    assert_eq!(
        grammar.validate_timestamp_key("v1"),
        Err(Misconfigured::SharedKey { key: "v1".into() })
    );
    assert_eq!(
        grammar.validate_timestamp_key(""),
        Err(Misconfigured::GrammarWord { word: "".into() })
    );
    assert_eq!(
        VERSIONS.validate_timestamp_key("t"),
        Err(Misconfigured::NoKeysInHeader)
    );
}

#[test]
fn a_list_stands_behind_one_prefix() {
    let list = [ONE, TWO].join(",");
    assert_eq!(read(&LIST, &["v0=", ONE].concat()), [0x11]);
    assert_eq!(read(&LIST, &["v0=", &list].concat()), [0x11, 0x22]);
    assert_eq!(
        read(&LIST, &["v0=", ONE, " ,\t", TWO].concat()),
        [0x11, 0x22]
    );
    assert_eq!(read(&LIST, &["v0=,x,", TWO, ","].concat()), [0x22]);
    for other in [
        list.clone(),
        ["v1=", &list].concat(),
        [" v0=", &list].concat(),
        "v0=".into(),
    ] {
        assert!(read(&LIST, &other).is_empty(), "{other}");
    }
    // Behind the prefix there is none that has a prefix of its own.
    assert_eq!(read(&LIST, &["v0=", ONE, ",v0=", TWO].concat()), [0x11]);

    let written = LIST.write(None, [ONE, TWO].map(String::from).into_iter());
    assert_eq!(written, ["v0=", &list].concat());
    assert!(LIST.lists_several());
}
