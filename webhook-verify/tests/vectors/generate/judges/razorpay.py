"""https://razorpay.com/docs/webhooks/validate-test/"""

import razorpay

from reasons import NOT_TEXT

PROVIDER = "razorpay"
PACKAGE = "razorpay"
DIFFERING = NOT_TEXT

CLIENT = razorpay.Client(auth=("none is needed", "to verify"))


def accepts(delivery):
    return CLIENT.utility.verify_webhook_signature(
        delivery.text, delivery.headers["x-razorpay-signature"], delivery.secret
    )
