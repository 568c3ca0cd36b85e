// https://docs.svix.com/receiving/verifying-payloads/how-manual

import { Webhook, WebhookVerificationError } from "svix";

import { EVENT, accept, reject } from "../delivery.mjs";
import { SECRET, casesWithHeaders, deliverer } from "../standard-webhooks-cases.mjs";

export const provider = "svix";
export const sdk = "svix";

export function accepts({ secret, headers, body }) {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) {
      return false;
    }
    // It parses the body once the signature has passed, and an empty one is no JSON.
    if (error instanceof SyntaxError) {
      return true;
    }
    throw error;
  }
}

const svix = deliverer("svix", Webhook)();
const unbranded = deliverer("webhook", Webhook)();
const [svixId, svixTimestamp, svixSignature] = svix.headers;
const [webhookId, webhookTimestamp, webhookSignature] = unbranded.headers;
const withHeaders = (...headers) => ({ secrets: [SECRET], headers, body: EVENT });
const MIXED = {
  sdkAccepts: true,
  note: "The SDK picks each header by itself; the three of one delivery come from one family.",
};

export const cases = [
  ...casesWithHeaders("svix", Webhook),
  accept("unbranded-headers", unbranded),
  accept("both-families", withHeaders(...unbranded.headers, ...svix.headers)),
  accept("svix-family-decides", withHeaders(...svix.headers, webhookId, webhookTimestamp, ["webhook-signature", "v1,AAAA"])),
  reject("svix-family-decides-against", withHeaders(["svix-signature", "v1,AAAA"], svixId, svixTimestamp, ...unbranded.headers)),
  reject("id-of-the-other-family", withHeaders(webhookId, svixTimestamp, svixSignature), MIXED),
  reject("time-of-the-other-family", withHeaders(svixId, webhookTimestamp, svixSignature), MIXED),
  reject("signature-of-the-other-family", withHeaders(svixId, svixTimestamp, webhookSignature), MIXED),
];
