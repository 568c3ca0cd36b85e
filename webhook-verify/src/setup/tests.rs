use super::*;

fn refused(setup: impl Into<Setup>) -> Misconfigured {
    setup.into().check().expect_err("something is wrong")
}

#[test]
fn a_scheme_that_signs_the_address_needs_one() {
    assert_eq!(
        refused(Provider::Square),
        Misconfigured::NoPublicUrl {
            scheme: "square".into()
        }
    );
    assert_eq!(
        refused(Provider::Square.at("example.com")),
        Misconfigured::PublicUrl {
            url: "example.com".into()
        }
    );
    let rules = Provider::Square.at("https://a.example/b").check();
    let rules = rules.expect("an address");
    assert_eq!(rules.url(None), Ok(["https://a.example", "/b"]));
}

#[test]
fn a_scheme_that_does_not_sign_the_address_does_not_look_at_it() {
    let rules = Provider::GitHub.at("anything").check().expect("not read");
    assert_eq!(rules.url(Some("anything")), Ok([""; 2]));
}

#[test]
fn a_weakness_is_accepted_by_its_own_name_only() {
    let weak = Misconfigured::Weak {
        scheme: "gitlab-token".into(),
        weakness: Weakness::SharedToken,
    };
    assert_eq!(refused(Provider::GitLabToken), weak);
    let other = Provider::GitLabToken.despite(Weakness::BodyNotCovered);
    assert_eq!(refused(other), weak);
    let named = Provider::GitLabToken.despite(Weakness::SharedToken);
    assert!(named.check().is_ok());
}
