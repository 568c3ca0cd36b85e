// https://polar.sh/docs/integrate/webhooks/delivery

import { WebhookVerificationError, validateEvent } from "@polar-sh/sdk/webhooks";

import { casesOf, standard, verbatim } from "../schemes.mjs";
import { BOUNDED_WIDER, DECODED_LENIENTLY, passes } from "../verdict.mjs";

export const provider = "polar";
export const sdk = "@polar-sh/sdk";

// It reads the event once the signature has passed, and these are none of Polar's.
export function accepts({ secret, headers, body }) {
  return passes(() => validateEvent(body, headers, secret), (error) => !(error instanceof WebhookVerificationError));
}

export const cases = casesOf(standard(provider, "webhook", verbatim), { differing: { ...DECODED_LENIENTLY, ...BOUNDED_WIDER } });
