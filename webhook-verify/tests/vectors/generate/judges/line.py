"""https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/"""

from linebot.v3 import SignatureValidator

from reasons import NOT_TEXT

PROVIDER = "line"
PACKAGE = "line-bot-sdk"
DIFFERING = NOT_TEXT


def accepts(delivery):
    return SignatureValidator(delivery.secret).validate(delivery.text, delivery.headers["x-line-signature"])
