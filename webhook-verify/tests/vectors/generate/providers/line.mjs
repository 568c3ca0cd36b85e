// https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/

import { validateSignature } from "@line/bot-sdk";

import { bare, casesOf } from "../schemes.mjs";
import { passes } from "../verdict.mjs";

export const provider = "line";
export const sdk = "@line/bot-sdk";

export function accepts({ secret, headers, body }) {
  return passes(() => validateSignature(body, secret, headers["x-line-signature"]));
}

export const cases = casesOf(bare(provider, "x-line-signature", { encoding: "base64" }));
