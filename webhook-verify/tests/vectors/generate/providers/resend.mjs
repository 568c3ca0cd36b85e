// https://resend.com/docs/webhooks/verify-webhooks-requests

import { Resend } from "resend";

import { casesOf, standard } from "../schemes.mjs";
import { BOUNDED_WIDER, DECODED_LENIENTLY, passes } from "../verdict.mjs";

export const provider = "resend";
export const sdk = "resend";

const client = new Resend("re_none_is_needed");

// It parses the body once the signature has passed, and an empty one is no JSON.
export function accepts({ secret, headers, body }) {
  const { "svix-id": id, "svix-timestamp": timestamp, "svix-signature": signature } = headers;
  return passes(
    () => client.webhooks.verify({ payload: body.toString(), headers: { id, timestamp, signature }, webhookSecret: secret }),
    (error) => error instanceof SyntaxError,
  );
}

export const cases = casesOf(standard(provider, "svix"), { differing: { ...DECODED_LENIENTLY, ...BOUNDED_WIDER } });
