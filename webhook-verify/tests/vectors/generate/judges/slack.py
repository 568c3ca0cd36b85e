"""https://docs.slack.dev/authentication/verifying-requests-from-slack/"""

from slack_sdk.signature import SignatureVerifier

from reasons import LENIENT_TIME, TEXT_COMPARED, TEXT_WANTED

PROVIDER = "slack"
PACKAGE = "slack_sdk"
DIFFERING = {
    TEXT_WANTED: ["body-not-utf8"],
    TEXT_COMPARED: ["upper-case-hex"],
    LENIENT_TIME: ["timestamp-plus-sign", "timestamp-leading-zero", "timestamp-underscores"],
}


def accepts(delivery):
    return SignatureVerifier(delivery.secret).is_valid_request(delivery.body, delivery.headers)
