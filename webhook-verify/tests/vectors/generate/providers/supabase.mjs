// https://supabase.com/docs/guides/auth/auth-hooks#using-hooks
//
// Supabase has no verifier of its own: its page says to use this one, and to take `v1,whsec_` off the secret first.

import { Webhook } from "standardwebhooks";

import { base64, casesOf, standard } from "../schemes.mjs";
import { BOUNDED_WIDER, DECODED_LENIENTLY, passes } from "../verdict.mjs";

export const provider = "supabase";
export const sdk = "standardwebhooks";

export function accepts({ secret, headers, body }) {
  return passes(() => new Webhook(secret.replace("v1,whsec_", "")).verify(body, headers, { jsonParse: false }) !== null);
}

export const cases = casesOf(standard(provider, "webhook", base64("v1,whsec_")), { differing: { ...DECODED_LENIENTLY, ...BOUNDED_WIDER } });
