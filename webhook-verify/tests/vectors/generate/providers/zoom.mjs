// https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events

import { AwsLambdaReceiver } from "@zoom/rivet/chatbot";

import { reject } from "../delivery.mjs";
import { casesOf, deliver, seconds, timed } from "../schemes.mjs";
import { UNBOUNDED, WRITTEN_ANEW } from "../verdict.mjs";

export const provider = "zoom";
export const sdk = "@zoom/rivet";

// The SDK parses the body and writes it anew to check it: the same for compact JSON.
export async function accepts({ secret, headers, body }) {
  console.debug = () => {};
  const receive = new AwsLambdaReceiver({ webhooksSecretToken: secret }).start();
  const { statusCode } = await receive({ headers, body: body.toString() });
  return statusCode === 200;
}

const scheme = timed(provider, "x-zm-signature", "x-zm-request-timestamp", "v0=", ({ time, body }) => ["v0", ":", time, ":", body], seconds, {
  shape: (text) => ({ event: "meeting.started", payload: { text } }),
});

export const cases = casesOf(scheme, {
  more: [
    reject("the version left out of what is signed", deliver({ ...scheme, signed: ({ time, body }) => [time, ":", body] })),
    reject("the version left out of the signature", deliver({ ...scheme, headers: ({ time, signature }) => [["x-zm-request-timestamp", time], ["x-zm-signature", signature]] })),
  ],
  differing: { ...UNBOUNDED, [WRITTEN_ANEW]: ["a body with a line break more"] },
});
