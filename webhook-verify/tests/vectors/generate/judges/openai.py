"""https://platform.openai.com/docs/guides/webhooks"""

from openai import OpenAI

from reasons import NOT_TEXT, WIDER_FUTURE

PROVIDER = "openai"
PACKAGE = "openai"
DIFFERING = {**NOT_TEXT, WIDER_FUTURE: ["a second too far ahead"]}

CLIENT = OpenAI(api_key="none is needed to verify")


def accepts(delivery):
    CLIENT.webhooks.verify_signature(delivery.body, delivery.headers, secret=delivery.secret)
