"""https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint"""

import contextlib
import io

from discord_interactions import verify_key

from reasons import NO_WINDOW

PROVIDER = "discord"
PACKAGE = "discord-interactions"
DIFFERING = {NO_WINDOW: ["a year old", "ten years ahead"]}


def accepts(delivery):
    signature, timestamp = (delivery.headers[f"x-signature-{name}"] for name in ("ed25519", "timestamp"))
    # It prints why it refuses.
    with contextlib.redirect_stdout(io.StringIO()):
        return verify_key(delivery.body, signature, timestamp, delivery.secret)
