// https://razorpay.com/docs/webhooks/validate-test/

import Razorpay from "razorpay";

import { bare, casesOf } from "../schemes.mjs";
import { DECODED_LENIENTLY, passes } from "../verdict.mjs";

export const provider = "razorpay";
export const sdk = "razorpay";

export function accepts({ secret, headers, body }) {
  return passes(() => Razorpay.validateWebhookSignature(body.toString(), headers["x-razorpay-signature"], secret));
}

export const cases = casesOf(bare(provider, "X-Razorpay-Signature"), {
  differing: DECODED_LENIENTLY,
});
