// https://shopify.dev/docs/apps/build/webhooks/verify-deliveries

import "@shopify/shopify-api/adapters/node";
import { ApiVersion, LogSeverity, shopifyApi } from "@shopify/shopify-api";

import { bare, casesOf } from "../schemes.mjs";
import { DECODED_LENIENTLY, EMPTY_REFUSED, passes } from "../verdict.mjs";

export const provider = "shopify";
export const sdk = "@shopify/shopify-api";

export function accepts({ secret, headers, body }) {
  const api = shopifyApi({
    apiKey: "none is needed to verify",
    apiSecretKey: secret,
    apiVersion: ApiVersion.July25,
    hostName: "example.com",
    isEmbeddedApp: false,
    logger: { level: LogSeverity.Error },
  });
  return passes(async () => {
    const { valid } = await api.webhooks.validate({ rawBody: body.toString(), rawRequest: { method: "POST", url: "/", headers } });
    return valid;
  });
}

export const cases = casesOf(bare(provider, "X-Shopify-Hmac-Sha256", {
  encoding: "base64",
  unsigned: [
    ["X-Shopify-Topic", "orders/create"],
    ["X-Shopify-Shop-Domain", "example.myshopify.com"],
    ["X-Shopify-API-Version", "2025-07"],
    ["X-Shopify-Webhook-Id", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"],
  ],
}), { differing: { ...DECODED_LENIENTLY, [EMPTY_REFUSED]: ["an empty body"] } });
