// https://elevenlabs.io/docs/eleven-api/resources/webhooks

import { ElevenLabsClient } from "@elevenlabs/elevenlabs-js";

import { casesOf, seconds, stamped } from "../schemes.mjs";
import { BOUNDED_IN_THE_PAST, DECODED_LENIENTLY, passes } from "../verdict.mjs";

export const provider = "elevenlabs";
export const sdk = "@elevenlabs/elevenlabs-js";

const client = new ElevenLabsClient({ apiKey: "none is needed to verify" });

// It parses the body once the signature has passed, and an empty one is no JSON.
export function accepts({ secret, headers, body }) {
  return passes(
    () => client.webhooks.constructEvent(body.toString(), headers["elevenlabs-signature"], secret),
    (error) => error instanceof SyntaxError,
  );
}

export const cases = casesOf(stamped(provider, "ElevenLabs-Signature", ["t", "v0", ","], ".", seconds, { time: { ...seconds, past: 1800, future: 60 } }), {
  differing: { ...DECODED_LENIENTLY, ...BOUNDED_IN_THE_PAST },
});
