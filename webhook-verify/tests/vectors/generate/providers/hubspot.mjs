// https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
//
// Versions 1 and 2 are no HMAC: the plain digest of the secret and what follows it.

import { createHash, createHmac } from "node:crypto";

import { Signature } from "@hubspot/api-client/lib/src/utils/signature.js";

import { NOW, accept, reject, withHeader } from "../delivery.mjs";
import { bare, casesOf, deliver, millis, timed } from "../schemes.mjs";
import { BOUNDED_IN_THE_PAST, DECODED_LENIENTLY, passes } from "../verdict.mjs";

const sdk = "@hubspot/api-client";
const url = "https://www.example.com/webhook_uri?page=2&sort=a%20b";
const request = { method: "POST", url };
const digested = { mac: (hash, key) => createHash(hash).update(key), request };

function judge(signatureVersion, header) {
  return ({ secret, headers, body, method, url }) =>
    passes(() =>
      Signature.isValid({
        signatureVersion, method, url,
        clientSecret: secret,
        signature: headers[header],
        requestBody: body.toString(),
        timestamp: headers["x-hubspot-request-timestamp"],
      }),
    );
}

const first = bare("hubspot-v1", "X-HubSpot-Signature", { ...digested, unsigned: [["X-HubSpot-Signature-Version", "v1"]] });
const second = bare("hubspot-v2", "X-HubSpot-Signature", {
  ...digested,
  unsigned: [["X-HubSpot-Signature-Version", "v2"]],
  signed: ({ body }) => ["POST", url, body],
});
const third = timed("hubspot", "X-HubSpot-Signature-v3", "X-HubSpot-Request-Timestamp", "", ({ time, body }) => ["POST", url, body, time], millis, {
  encoding: "base64",
  request,
});

const v1 = {
  provider: first.provider, sdk,
  accepts: judge("v1", "x-hubspot-signature"),
  cases: casesOf(first, {
    more: [
      accept("another address, which is not signed", { ...deliver(first), url: "https://www.example.com/other" }),
      accept("another method, which is not signed", { ...deliver(first), method: "PUT" }),
      reject("an HMAC", deliver({ ...first, mac: createHmac })),
      reject("the second version", deliver(second)),
    ],
    differing: DECODED_LENIENTLY,
  }),
};

const v2 = {
  provider: second.provider, sdk,
  accepts: judge("v2", "x-hubspot-signature"),
  cases: casesOf(second, {
    more: [
      accept("a GET", { ...deliver({ ...second, signed: () => ["GET", url] }, Buffer.alloc(0)), method: "GET" }),
      ...elsewhere(second),
      reject("an HMAC", deliver({ ...second, mac: createHmac })),
      reject("the first version", deliver(first)),
    ],
    differing: DECODED_LENIENTLY,
  }),
};

const v3 = {
  provider: third.provider, sdk,
  accepts: judge("v3", "x-hubspot-signature-v3"),
  cases: casesOf(third, {
    more: [
      accept("a GET", { ...deliver({ ...third, signed: ({ time }) => ["GET", url, time] }, Buffer.alloc(0)), method: "GET" }),
      ...elsewhere(third),
      reject("the time in seconds", withHeader(
        deliver({ ...third, signed: ({ body }) => ["POST", url, body, String(NOW)] }),
        "x-hubspot-request-timestamp",
        () => String(NOW),
      )),
      reject("the time in front of the body", deliver({ ...third, signed: ({ time, body }) => ["POST", url, time, body] })),
      reject("the method in lower case", deliver({ ...third, signed: ({ time, body }) => ["post", url, body, time] })),
    ],
    differing: { ...DECODED_LENIENTLY, ...BOUNDED_IN_THE_PAST },
  }),
};

export const versions = [v1, v2, v3];

function elsewhere(scheme) {
  const genuine = deliver(scheme);
  return [
    reject("another method", { ...genuine, method: "PUT" }),
    reject("another path", { ...genuine, url: url.replace("webhook_uri", "webhook") }),
    reject("another host", { ...genuine, url: url.replace("example.com", "example.org") }),
    reject("http for https", { ...genuine, url: url.replace("https", "http") }),
    reject("the query dropped", { ...genuine, url: url.replace(/\?.*/, "") }),
    reject("the query decoded", { ...genuine, url: decodeURIComponent(url) }),
  ];
}
