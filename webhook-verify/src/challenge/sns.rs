//! Amazon SNS: wants a URL to be fetched before it delivers.
//!
//! * **Asked**: when the address is subscribed to a topic; a POST, signed as every delivery is, with
//!   `"Type":"SubscriptionConfirmation"`
//! * **Answered**: by a GET of `SubscribeURL`, which the host makes, and 200 to the POST
//! * **Taken**: topics which are on the list, and URLs of the service in the region of the topic
//! * **Proves**: that Amazon asks, because the signature is verified first. Not that it is for you:
//!   anybody can make a topic and subscribe your address to it, hence the list
//!
//! A receiver which fetches whatever URL a body contains can be sent anywhere inside its own
//! network. `UnsubscribeConfirmation` has a `SubscribeURL` as well, which would subscribe again: it
//! is no challenge.
//!
//! Source: [HTTP/HTTPS subscription confirmation JSON
//! format](https://docs.aws.amazon.com/sns/latest/dg/http-subscription-confirmation-json.html).

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::nonce::Nonce;
use super::{Challenge, Genuine, Refusal, Unanswerable};
use crate::body_field;

const URL: Nonce = Nonce {
    name: "SubscribeURL",
    len: 1..=2048,
    allowed: |byte| byte.is_ascii_graphic(),
};

/// The topics that may deliver here.
///
/// The body is that of a delivery which a [`Verifier`](crate::Verifier) of [`provider::sns`] has
/// verified:
///
/// [`provider::sns`]: crate::provider::sns
///
/// ```
/// use webhook_verify::challenge::{Challenge, sns::Topics};
/// use webhook_verify::{Rejection, Verifier};
///
/// /// What to fetch, if the delivery is genuine and asks for it.
/// fn url(verifier: &Verifier, topics: &Topics, body: &[u8]) -> Result<Option<String>, Rejection> {
///     let headers: [(&str, &str); 0] = [];
///     let delivery = verifier.verify(&headers, body)?;
///     Ok(match topics.confirm(&delivery) {
///         Challenge::Answer(confirmation) => Some(confirmation.url().to_owned()),
///         _ => None,
///     })
/// }
///
/// let topics = Topics::new(["arn:aws:sns:us-west-2:123456789012:MyTopic"]);
/// assert!(topics.is_ok());
/// assert!(Topics::new(["MyTopic"]).is_err());
/// ```
#[derive(Clone, Debug)]
pub struct Topics(Vec<Topic>);

#[derive(Clone, Debug)]
struct Topic {
    arn: String,
    /// What a URL that confirms a subscription to it starts with, beyond the host.
    url: String,
}

impl Topics {
    /// The topics, by their ARNs.
    ///
    /// # Errors
    ///
    /// There is none, or one is not the ARN of a topic in the partitions `aws`, `aws-us-gov` and
    /// `aws-cn`.
    pub fn new<I: IntoIterator<Item: Into<String>>>(arns: I) -> Result<Self, Unanswerable> {
        let topics: Vec<_> = arns
            .into_iter()
            .map(|arn| Topic::parse(arn.into()))
            .collect::<Result<_, _>>()?;
        if topics.is_empty() {
            return Err(Unanswerable::NoTopic);
        }
        Ok(Self(topics))
    }

    /// Says what to fetch, if the body asks for it.
    pub fn confirm<'a>(&self, body: impl Into<Genuine<'a>>) -> Challenge<Confirmation> {
        Challenge::of(self.read(body.into().body()))
    }

    fn read(&self, body: &[u8]) -> Result<Option<Confirmation>, Refusal> {
        if body_field::find(body, "Type").as_deref() != Some("SubscriptionConfirmation") {
            return Ok(None);
        }
        let one = |name| body_field::find(body, name).ok_or(Refusal::Missing { name });
        let arn = one("TopicArn")?;
        let topic = self
            .0
            .iter()
            .find(|topic| topic.arn == arn)
            .ok_or(Refusal::UnknownTopic)?;
        let url = one(URL.name)?;
        URL.check(&url)?;
        if !url.starts_with(&topic.url) {
            return Err(Refusal::ForeignUrl);
        }
        Ok(Some(Confirmation {
            url: url.into_owned(),
            topic: topic.arn.clone(),
        }))
    }
}

impl Topic {
    fn parse(arn: String) -> Result<Self, Unanswerable> {
        match confirmation_url(&arn) {
            Some(url) => Ok(Self { arn, url }),
            None => Err(Unanswerable::TopicArn { arn }),
        }
    }
}

/// `https://sns.<region>.amazonaws.com/?Action=ConfirmSubscription&`, if it is the ARN of a topic.
///
/// The `/` ends the host: no port, no user and no longer name can follow.
fn confirmation_url(arn: &str) -> Option<String> {
    let mut parts = arn.splitn(6, ':');
    let mut part = || parts.next();
    if part()? != "arn" {
        return None;
    }
    let domain = match part()? {
        "aws" | "aws-us-gov" => "amazonaws.com",
        "aws-cn" => "amazonaws.com.cn",
        _ => return None,
    };
    if part()? != "sns" {
        return None;
    }
    let (region, account, name) = (part()?, part()?, part()?);
    let is_region = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let is_topic = (3..=32).contains(&region.len())
        && region.bytes().all(is_region)
        && account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && (1..=256).contains(&name.len())
        && name.bytes().all(is_name);
    is_topic.then(|| format!("https://sns.{region}.{domain}/?Action=ConfirmSubscription&"))
}

/// A subscription to be confirmed: fetch the URL, and follow no redirect.
#[derive(Clone)]
pub struct Confirmation {
    url: String,
    topic: String,
}

impl Confirmation {
    /// The URL to fetch. Whoever has it can confirm the subscription, so keep it out of logs.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The ARN of the topic.
    pub fn topic(&self) -> &str {
        &self.topic
    }
}

impl fmt::Debug for Confirmation {
    /// Without the URL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Confirmation")
            .field("topic", &self.topic)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEST: &str = "arn:aws:sns:us-west-2:123456789012:MyTopic";
    const CHINA: &str = "arn:aws-cn:sns:cn-north-1:123456789012:Orders.fifo";

    fn body(kind: &str, topic: &str, url: &str) -> String {
        format!(r#"{{"Type":"{kind}","TopicArn":"{topic}","SubscribeURL":"{url}"}}"#)
    }

    fn confirm(body: &str) -> Result<Option<String>, Refusal> {
        let topics = Topics::new([WEST, CHINA]).expect("usable");
        Ok(topics.read(body.as_bytes())?.map(|found| found.url))
    }

    fn url(host: &str) -> String {
        format!("https://{host}/?Action=ConfirmSubscription&TopicArn=x&Token=2336412f37")
    }

    #[test]
    fn a_subscription_is_confirmed_in_the_region_of_its_topic() {
        for (topic, host) in [
            (WEST, "sns.us-west-2.amazonaws.com"),
            (CHINA, "sns.cn-north-1.amazonaws.com.cn"),
        ] {
            let body = body("SubscriptionConfirmation", topic, &url(host));
            assert_eq!(confirm(&body), Ok(Some(url(host))));
        }
    }

    #[test]
    fn a_url_that_leads_elsewhere_is_refused() {
        let own = "sns.us-west-2.amazonaws.com";
        for url in [
            url("sns.us-east-1.amazonaws.com"),
            url("sns.us-west-2.amazonaws.com.evil.example"),
            url("sns.us-west-2.amazonaws.com.cn"),
            url("sns.us-west-2.amazonaws.com:8080"),
            url("sns.us-west-2.amazonaws.com@169.254.169.254"),
            url("evil.example#sns.us-west-2.amazonaws.com"),
            url("SNS.us-west-2.amazonaws.com"),
            url("169.254.169.254"),
            url(own).replace("https:", "http:"),
            url(own).replace("/?", "/x?"),
            url(own).replace("Confirm", "Un"),
            "file:///etc/passwd".into(),
        ] {
            let body = body("SubscriptionConfirmation", WEST, &url);
            assert_eq!(confirm(&body), Err(Refusal::ForeignUrl), "{url}");
        }
    }

    #[test]
    fn a_url_that_is_none_is_refused() {
        let own = url("sns.us-west-2.amazonaws.com");
        let name = URL.name;
        for (url, refusal) in [
            (format!("{own} x"), Refusal::Characters { name }),
            (format!(r"{own}\r\nx"), Refusal::Characters { name }),
            (String::new(), Refusal::Length { name, len: 0 }),
            ("x".repeat(2049), Refusal::Length { name, len: 2049 }),
        ] {
            let body = body("SubscriptionConfirmation", WEST, &url);
            assert_eq!(confirm(&body), Err(refusal), "{url}");
        }
    }

    #[test]
    fn a_topic_of_somebody_else_is_refused_however_genuine() {
        let url = url("sns.us-west-2.amazonaws.com");
        for topic in ["", "arn:aws:sns:us-west-2:210987654321:MyTopic"] {
            let body = body("SubscriptionConfirmation", topic, &url);
            assert_eq!(confirm(&body), Err(Refusal::UnknownTopic), "{topic}");
        }
        let name = "TopicArn";
        assert_eq!(
            confirm(r#"{"Type":"SubscriptionConfirmation"}"#),
            Err(Refusal::Missing { name })
        );
    }

    #[test]
    fn a_message_of_another_type_is_no_challenge() {
        let url = url("sns.us-west-2.amazonaws.com");
        for kind in ["Notification", "UnsubscribeConfirmation", ""] {
            assert_eq!(confirm(&body(kind, WEST, &url)), Ok(None), "{kind}");
        }
        assert_eq!(confirm("not JSON"), Ok(None));
    }

    #[test]
    fn what_is_not_the_arn_of_a_topic_is_named() {
        for arn in [
            "",
            "MyTopic",
            "arn:aws:sqs:us-west-2:123456789012:MyTopic",
            "arn:aws:sns:us-west-2:123456789012",
            "arn:aws:sns:us-west-2:123456789012:",
            "arn:aws:sns:us-west-2:123456789012:MyTopic:subscription",
            "arn:aws:sns:us-west-2:12345678901:MyTopic",
            "arn:aws:sns:evil.example/:123456789012:MyTopic",
            "arn:aws:sns::123456789012:MyTopic",
            "arn:aws-iso:sns:us-iso-east-1:123456789012:MyTopic",
        ] {
            let error = Topics::new([arn]).unwrap_err();
            assert_eq!(error, Unanswerable::TopicArn { arn: arn.into() });
        }
        let none: [&str; 0] = [];
        assert_eq!(Topics::new(none).unwrap_err(), Unanswerable::NoTopic);
    }

    #[test]
    fn debug_does_not_show_the_url() {
        let body = body(
            "SubscriptionConfirmation",
            WEST,
            &url("sns.us-west-2.amazonaws.com"),
        );
        let topics = Topics::new([WEST]).expect("usable");
        let confirmation = topics.confirm(Genuine::vouched_for(body.as_bytes()));
        assert!(!format!("{confirmation:?}").contains("2336412f37"));
    }
}
