// https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures

import adyen from "@adyen/api-library";

import { bare, casesOf, hex } from "../schemes.mjs";
import { DECODED_LENIENTLY, passes } from "../verdict.mjs";

export const provider = "adyen-platform";
export const sdk = "@adyen/api-library";

export function accepts({ secret, headers, body }) {
  return passes(() => new adyen.hmacValidator().validateHMACSignature(secret, headers.hmacsignature, body.toString()));
}

export const cases = casesOf(bare(provider, "HmacSignature", { encoding: "base64", form: hex }), {
  differing: DECODED_LENIENTLY,
});
