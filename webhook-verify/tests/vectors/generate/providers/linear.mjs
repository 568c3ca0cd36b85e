// https://linear.app/developers/webhooks

import { LinearWebhookClient } from "@linear/sdk/webhooks";

import { bare, casesOf, millis } from "../schemes.mjs";
import { passes } from "../verdict.mjs";

export const provider = "linear";
export const sdk = "@linear/sdk";

export function accepts({ secret, headers, body }) {
  return passes(() => new LinearWebhookClient(secret).verify(body, headers["linear-signature"]));
}

export const cases = casesOf(bare(provider, "Linear-Signature", {
  shape: (data, sent) => ({ data, webhookTimestamp: sent }),
  timeInBody: true,
  time: { ...millis, past: 60, future: 60 },
}));
