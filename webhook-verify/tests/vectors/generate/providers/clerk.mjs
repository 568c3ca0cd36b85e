// https://clerk.com/docs/guides/development/webhooks/syncing

import { verifyWebhook } from "@clerk/backend/webhooks";

import { casesOf, standard } from "../schemes.mjs";
import { BOUNDED_WIDER, DECODED_LENIENTLY, EMPTY_REFUSED, passes } from "../verdict.mjs";

export const provider = "clerk";
export const sdk = "@clerk/backend";

export function accepts({ secret, headers, body }) {
  const request = new Request("https://example.com/", { method: "POST", headers, body });
  return passes(() => verifyWebhook(request, { signingSecret: secret }));
}

export const cases = casesOf(standard(provider, "svix"), {
  differing: { ...DECODED_LENIENTLY, ...BOUNDED_WIDER, [EMPTY_REFUSED]: ["an empty body"] },
});
