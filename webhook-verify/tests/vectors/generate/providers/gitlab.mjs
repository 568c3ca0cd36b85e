// https://docs.gitlab.com/user/project/integrations/webhooks/
//
// GitLab has no verifier of its own: its signing tokens follow Standard Webhooks, whose library this is.

import { Webhook } from "standardwebhooks";

import { casesOf, standard } from "../schemes.mjs";
import { BOUNDED_WIDER, DECODED_LENIENTLY, passes } from "../verdict.mjs";

export const provider = "gitlab";
export const sdk = "standardwebhooks";

export function accepts({ secret, headers, body }) {
  return passes(() => new Webhook(secret).verify(body, headers, { jsonParse: false }) !== null);
}

export const cases = casesOf(standard(provider), { differing: { ...DECODED_LENIENTLY, ...BOUNDED_WIDER } });
