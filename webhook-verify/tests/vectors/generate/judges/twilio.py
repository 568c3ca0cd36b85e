"""https://www.twilio.com/docs/usage/webhooks/webhooks-security"""

from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator

PROVIDER = "twilio"
PACKAGE = "twilio"
DIFFERING = {
    "The library tries the URL with and without its port; it is signed in one spelling.": [
        "signed with a port of which the address has none"
    ],
}


class Form(dict):
    """The parameters of a form, each with all its values, as web frameworks hand them over."""

    def __init__(self, text):
        super().__init__()
        for name, value in parse_qsl(text, keep_blank_values=True):
            self.setdefault(name, []).append(value)

    def getlist(self, name):
        return self[name]


def accepts(delivery):
    is_form = delivery.headers.get("content-type") == "application/x-www-form-urlencoded"
    parameters = Form(delivery.text) if is_form else delivery.text
    return RequestValidator(delivery.secret).validate(delivery.url, parameters, delivery.headers["x-twilio-signature"])
