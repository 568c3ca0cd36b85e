// https://shopify.dev/docs/apps/build/webhooks/verify-deliveries

import "@shopify/shopify-api/adapters/node";
import { ApiVersion, LogSeverity, shopifyApi } from "@shopify/shopify-api";

import { EVENT, TAMPERED, accept, reject } from "../delivery.mjs";
import { bare, casesOf, deliver } from "../schemes.mjs";
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

const webhooks = bare(provider, "X-Shopify-Hmac-Sha256", {
  encoding: "base64",
  unsigned: [
    ["X-Shopify-Topic", "orders/create"],
    ["X-Shopify-Shop-Domain", "example.myshopify.com"],
    ["X-Shopify-API-Version", "2025-07"],
    ["X-Shopify-Webhook-Id", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"],
  ],
});

const events = bare(provider, "shopify-hmac-sha256", {
  encoding: "base64",
  unsigned: [
    ["shopify-topic", "Product"],
    ["shopify-shop-domain", "example.myshopify.com"],
    ["shopify-api-version", "2025-07"],
    ["shopify-webhook-id", "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"],
    ["shopify-event-id", "98880550-7158-44d4-b7cd-2c97c8a091b5"],
  ],
});
const event = deliver(events);

export const cases = casesOf(webhooks, {
  more: [
    accept("an event, without X- in its headers", event),
    reject("an event, tampered with", { ...event, body: TAMPERED }),
    reject("an event, signed by another", { ...deliver(events, EVENT, { secret: events.form.secrets[1] }), secrets: event.secrets }),
  ],
  differing: { ...DECODED_LENIENTLY, [EMPTY_REFUSED]: ["an empty body"] },
});
