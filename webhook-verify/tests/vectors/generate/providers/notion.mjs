// https://developers.notion.com/reference/webhooks

import { verifyWebhookSignature } from "@notionhq/client";

import { bare, casesOf } from "../schemes.mjs";
import { passes } from "../verdict.mjs";

export const provider = "notion";
export const sdk = "@notionhq/client";

export function accepts({ secret, headers, body }) {
  return passes(() => verifyWebhookSignature({ body, signature: headers["x-notion-signature"], verificationToken: secret }));
}

export const cases = casesOf(bare(provider, "X-Notion-Signature", { prefix: "sha256=" }));
