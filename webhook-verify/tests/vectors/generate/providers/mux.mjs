// https://www.mux.com/docs/core/verify-webhook-signatures

import Mux from "@mux/mux-node";

import { casesOf, seconds, stamped } from "../schemes.mjs";
import { BOUNDED_IN_THE_PAST, DECODED_LENIENTLY, passes } from "../verdict.mjs";

export const provider = "mux";
export const sdk = "@mux/mux-node";

const client = new Mux({ tokenId: "none is needed", tokenSecret: "to verify" });

export function accepts({ secret, headers, body }) {
  return passes(() => client.webhooks.verifySignature(body.toString(), headers, secret));
}

export const cases = casesOf(stamped(provider, "Mux-Signature", ["t", "v1", ","], ".", seconds), {
  differing: { ...DECODED_LENIENTLY, ...BOUNDED_IN_THE_PAST },
});
