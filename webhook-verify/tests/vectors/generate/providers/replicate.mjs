// https://replicate.com/docs/topics/webhooks/verify-webhook

import { validateWebhook } from "replicate";

import { casesOf, standard } from "../schemes.mjs";
import { ANY_LABEL, DECODED_LENIENTLY, EMPTY_REFUSED, UNBOUNDED, passes } from "../verdict.mjs";

export const provider = "replicate";
export const sdk = "replicate";

export function accepts({ secret, headers, body }) {
  return passes(() => validateWebhook({ headers, body: body.toString() }, secret));
}

export const cases = casesOf(standard(provider), {
  differing: {
    ...DECODED_LENIENTLY, ...UNBOUNDED,
    [EMPTY_REFUSED]: ["an empty body"],
    [ANY_LABEL]: ["a signature under another label"],
  },
});
