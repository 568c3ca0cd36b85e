// https://developer.gocardless.com/getting-started/staying-up-to-date-with-webhooks/

import { verifySignature } from "gocardless-nodejs/webhooks";

import { bare, casesOf } from "../schemes.mjs";
import { passes } from "../verdict.mjs";

export const provider = "gocardless";
export const sdk = "gocardless-nodejs";

export function accepts({ secret, headers, body }) {
  return passes(() => verifySignature(body, secret, headers["webhook-signature"]));
}

export const cases = casesOf(bare(provider, "Webhook-Signature"));
