// https://docs.cdp.coinbase.com/commerce/webhooks

import coinbase from "coinbase-commerce-node";

import { bare, casesOf } from "../schemes.mjs";
import { DECODED_LENIENTLY, passes } from "../verdict.mjs";

export const provider = "coinbase-commerce";
export const sdk = "coinbase-commerce-node";

export function accepts({ secret, headers, body }) {
  return passes(() => coinbase.Webhook.verifySigHeader(body.toString(), headers["x-cc-webhook-signature"], secret));
}

export const cases = casesOf(bare(provider, "X-CC-Webhook-Signature"), {
  differing: DECODED_LENIENTLY,
});
