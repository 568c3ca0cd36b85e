// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

import { Webhook, WebhookVerificationError } from "standardwebhooks";

import { casesWithHeaders } from "../standard-webhooks-cases.mjs";

export const provider = "standard-webhooks";
export const sdk = "standardwebhooks";

export function accepts({ secret, headers, body }) {
  try {
    new Webhook(secret).verify(body, headers, { jsonParse: false });
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) {
      return false;
    }
    throw error;
  }
}

export const cases = casesWithHeaders("webhook", Webhook);
