// https://pusher.com/docs/channels/server_api/webhooks/

import Pusher from "pusher";

import { bare, casesOf } from "../schemes.mjs";
import { passes } from "../verdict.mjs";

export const provider = "pusher";
export const sdk = "pusher";

const KEY = "3f5a0c1d2b4e6f708192";

// The key only names the secret, which is the receiver's to know.
export function accepts({ secret, headers, body }) {
  const pusher = new Pusher({ appId: "1", key: KEY, secret, cluster: "eu" });
  return passes(() => pusher.webhook({ headers, rawBody: body.toString() }).isValid());
}

export const cases = casesOf(bare(provider, "X-Pusher-Signature", {
  unsigned: [["Content-Type", "application/json"], ["X-Pusher-Key", KEY]],
  shape: (text, sent) => ({ time_ms: sent, events: [{ name: "client_event", channel: "presence-1", event: "client-said", data: text }] }),
}));
