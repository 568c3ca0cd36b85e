"""https://docs.svix.com/receiving/verifying-payloads/how-manual"""

from svix.webhooks import Webhook

from reasons import LENIENT_BASE64, LENIENT_TIME, MIXED_FAMILIES, SHIFTED, TEXT_WANTED

PROVIDER = "svix"
PACKAGE = "svix"
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
    MIXED_FAMILIES: [
        "id-of-the-other-family",
        "time-of-the-other-family",
        "signature-of-the-other-family",
    ],
}


def accepts(delivery):
    Webhook(delivery.secret).verify(delivery.body, delivery.headers)
