// https://liveblocks.io/docs/platform/webhooks

import { WebhookHandler } from "@liveblocks/node";

import { casesOf, standard } from "../schemes.mjs";
import { ANY_LABEL, BOUNDED_WIDER, DECODED_LENIENTLY, passes } from "../verdict.mjs";

export const provider = "liveblocks";
export const sdk = "@liveblocks/node";

// Once the signature has passed, it parses the body and wants an event that it knows.
export function accepts({ secret, headers, body }) {
  return passes(
    () => new WebhookHandler(secret).verifyRequest({ headers, rawBody: body.toString() }),
    (error) => error instanceof SyntaxError || error.message.startsWith("Unknown event type"),
  );
}

export const cases = casesOf(standard(provider), {
  differing: { ...DECODED_LENIENTLY, ...BOUNDED_WIDER, [ANY_LABEL]: ["a signature under another label"] },
});
