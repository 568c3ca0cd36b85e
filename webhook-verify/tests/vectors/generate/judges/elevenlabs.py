"""https://elevenlabs.io/docs/eleven-api/resources/webhooks"""

import json

from elevenlabs import ElevenLabs

from reasons import AHEAD, NOT_TEXT, PAST_ONLY

PROVIDER = "elevenlabs"
PACKAGE = "elevenlabs"
DIFFERING = {**NOT_TEXT, PAST_ONLY: AHEAD}

CLIENT = ElevenLabs(api_key="none is needed to verify")


def accepts(delivery):
    CLIENT.webhooks.construct_event(delivery.text, delivery.headers.get("elevenlabs-signature"), delivery.secret)


def verified(error):
    return isinstance(error, json.JSONDecodeError)
