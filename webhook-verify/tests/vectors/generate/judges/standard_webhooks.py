"""https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md"""

from standardwebhooks import Webhook

from reasons import LENIENT_BASE64, LENIENT_TIME, SHIFTED, TEXT_WANTED

PROVIDER = "standard-webhooks"
PACKAGE = "standardwebhooks"
DIFFERING = {
    TEXT_WANTED: ["body-not-utf8"],
    LENIENT_BASE64: ["non-canonical-base64"],
    SHIFTED: ["boundary-shifted-into-the-id"],
    LENIENT_TIME: [
        "timestamp-plus-sign-signed-as-number",
        "timestamp-leading-zero-signed-as-number",
        "timestamp-fraction-signed-as-number",
        "timestamp-exponent-signed-as-number",
        "timestamp-underscores-signed-as-number",
    ],
}


def accepts(delivery):
    Webhook(delivery.secret).verify(delivery.body, delivery.headers, json_parse=False)
