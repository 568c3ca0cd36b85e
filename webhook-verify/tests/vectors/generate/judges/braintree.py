"""https://developer.paypal.com/braintree/docs/guides/webhooks/parse/python"""

from urllib.parse import parse_qs

import braintree

PROVIDER = "braintree"
PACKAGE = "braintree"
DIFFERING = {
    "The library takes the signature that is said to be its own key's; here each is compared with every key.": [
        "another key's name",
        "our key's name in other letters",
    ],
    "The library looks at the payload before it verifies it.": ["a payload with a character beyond Base64"],
    "The library also tries with a line break; here the form is read as it was sent.": [
        "the line break at the end lost on the way",
    ],
    "The library is handed the first of two fields with one name; readers differ in which they take.": [
        "two payloads, the first of them right",
        "two signatures, the first of them right",
    ],
}


def accepts(delivery):
    form = {name: values[0] for name, values in parse_qs(delivery.text, keep_blank_values=True).items()}
    gateway = braintree.BraintreeGateway(
        braintree.Configuration(
            environment=braintree.Environment.Sandbox,
            merchant_id="integration_merchant_id",
            public_key=delivery.receiver["public_key"],
            private_key=delivery.secret,
        )
    )
    gateway.webhook_notification.parse(form.get("bt_signature"), form.get("bt_payload"))
