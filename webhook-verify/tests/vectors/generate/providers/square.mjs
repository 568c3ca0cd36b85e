// https://developer.squareup.com/docs/webhooks/step3validate

import { WebhooksHelper } from "square";

import { accept, reject } from "../delivery.mjs";
import { bare, casesOf, deliver } from "../schemes.mjs";
import { DECODED_LENIENTLY, passes } from "../verdict.mjs";

export const provider = "square";
export const sdk = "square";

const url = "https://example.com/webhooks/square?shop=1";

export function accepts({ secret, headers, body, url }) {
  return passes(() =>
    WebhooksHelper.verifySignature({
      requestBody: body.toString(),
      signatureHeader: headers["x-square-hmacsha256-signature"],
      signatureKey: secret,
      notificationUrl: url,
    }),
  );
}

const scheme = bare(provider, "x-square-hmacsha256-signature", {
  encoding: "base64",
  request: { method: "POST", url },
  signed: ({ body }) => [url, body],
});
const genuine = deliver(scheme);
const signedAt = (other) => ({ ...deliver({ ...scheme, signed: ({ body }) => [other, body] }) });

export const cases = casesOf(scheme, {
  more: [
    accept("an address with a port", { ...signedAt("https://example.com:8443/square"), url: "https://example.com:8443/square" }),
    reject("another path", { ...genuine, url: url.replace("square", "circle") }),
    reject("another host", { ...genuine, url: url.replace("example.com", "example.org") }),
    reject("http for https", { ...genuine, url: url.replace("https", "http") }),
    reject("the query dropped", { ...genuine, url: url.replace(/\?.*/, "") }),
    reject("a slash more at the end", { ...genuine, url: `${url}/` }),
    reject("the body alone signed", signedAt("")),
    reject("the address behind the body", deliver({ ...scheme, signed: ({ body }) => [body, url] })),
  ],
  differing: DECODED_LENIENTLY,
});
