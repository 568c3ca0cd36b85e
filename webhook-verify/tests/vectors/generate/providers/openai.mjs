// https://platform.openai.com/docs/guides/webhooks

import OpenAI from "openai";

import { casesOf, standard } from "../schemes.mjs";
import { BOUNDED_WIDER, DECODED_LENIENTLY, passes } from "../verdict.mjs";

export const provider = "openai";
export const sdk = "openai";

const client = new OpenAI({ apiKey: "none is needed to verify" });

export function accepts({ secret, headers, body }) {
  return passes(() => client.webhooks.verifySignature(body.toString(), headers, secret));
}

export const cases = casesOf(standard(provider), { differing: { ...DECODED_LENIENTLY, ...BOUNDED_WIDER } });
