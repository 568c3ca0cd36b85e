// https://developers.webflow.com/data/docs/working-with-webhooks

import { WebflowClient } from "webflow-api";

import { casesOf, millis, timed } from "../schemes.mjs";
import { DECODED_LENIENTLY, UNBOUNDED, passes } from "../verdict.mjs";

export const provider = "webflow";
export const sdk = "webflow-api";

const client = new WebflowClient({ accessToken: "none is needed to verify" });

export function accepts({ secret, headers, body }) {
  return passes(() => client.webhooks.verifySignature({ headers, body: body.toString(), secret }));
}

export const cases = casesOf(timed(provider, "x-webflow-signature", "x-webflow-timestamp", "", ({ time, body }) => [time, ":", body], millis), {
  differing: { ...DECODED_LENIENTLY, ...UNBOUNDED },
});
