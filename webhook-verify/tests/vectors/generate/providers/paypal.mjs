// https://developer.paypal.com/api/rest/webhooks/rest/
//
// PayPal's library for Node asks PayPal; the one for Python verifies, and judges these (`judges/paypal.py`). What the
// receiver fetches from the certificate's address is the "secret" of a case.

import { sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";

import { EMPTY, EVENT, NOT_UTF8, OTHER, REPLACED, TAMPERED, UNICODE, accept, reject, truncated, withHeader, withoutHeader } from "../delivery.mjs";

export const provider = "paypal";

const pem = (name) => readFileSync(new URL(`../certificates/${name}.pem`, import.meta.url), "utf8");
const fetched = (name) => [{ label: "fetched", value: pem(name) }];
const WEBHOOK_ID = "1JE4291016473214C";
const receiver = { webhook_id: WEBHOOK_ID, root: pem("root") };
const ID = "69cd13f0-d67a-11e5-baa3-778b53f4ae55";
const TIME = "2025-06-15T15:06:40Z";
const CERTIFICATE_URL = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-a5cafa77";
const ALGORITHMS = { SHA256withRSA: "RSA-SHA256", SHA1withRSA: "RSA-SHA1" };

function deliver({ body = EVENT, webhookId = WEBHOOK_ID, algorithm = "SHA256withRSA", key = "signer", secrets = fetched("paypal"), checksum = String(crc32(body)), url = CERTIFICATE_URL, encoding = "base64", separator = "|" } = {}) {
  const signed = [ID, TIME, webhookId, checksum].join(separator);
  const headers = [
    ["PAYPAL-TRANSMISSION-ID", ID],
    ["PAYPAL-TRANSMISSION-TIME", TIME],
    ["PAYPAL-TRANSMISSION-SIG", sign(ALGORITHMS[algorithm] ?? "RSA-SHA256", Buffer.from(signed), pem(`${key}-key`)).toString(encoding)],
    ["PAYPAL-CERT-URL", url],
    ["PAYPAL-AUTH-ALGO", algorithm],
  ];
  return { secrets, receiver, headers, body };
}

const genuine = deliver();
const header = (name, change) => withHeader(genuine, name, change);
const SIGNATURE = "paypal-transmission-sig";

export const cases = [
  accept("genuine", genuine),
  accept("a body in several scripts", deliver({ body: UNICODE })),
  accept("a body that is not UTF-8", deliver({ body: NOT_UTF8 })),
  accept("an empty body", deliver({ body: EMPTY })),
  accept("a body whose checksum is small", deliver({ body: Buffer.from('{"id":"WH-53"}') })),
  accept("headers in lower case", { ...genuine, headers: genuine.headers.map(([name, value]) => [name.toLowerCase(), value]) }),

  reject("a tampered body", { ...genuine, body: TAMPERED }),
  reject("a body with a line break more", { ...genuine, body: Buffer.concat([EVENT, Buffer.from("\n")]) }),
  reject("a body that decodes leniently to the one signed", { ...deliver({ body: REPLACED }), body: NOT_UTF8 }),
  reject("no body", { ...genuine, body: EMPTY }),
  reject("the checksum in hex", deliver({ checksum: crc32(EVENT).toString(16) })),
  reject("the checksum as a signed number", deliver({ body: OTHER, checksum: String(crc32(OTHER) | 0) })),
  reject("the body in place of its checksum", deliver({ checksum: EVENT.toString() })),
  reject("another webhook's id", deliver({ webhookId: "2JE4291016473214C" })),
  reject("another transmission id", header("paypal-transmission-id", (value) => value.replace("69", "70"))),
  reject("another time", header("paypal-transmission-time", () => "2025-06-15T15:06:41Z")),
  reject("another separator", deliver({ separator: ":" })),
  reject("no transmission id", withoutHeader(genuine, "paypal-transmission-id")),
  reject("no time", withoutHeader(genuine, "paypal-transmission-time")),
  reject("no signature", withoutHeader(genuine, SIGNATURE)),
  reject("no address of a certificate", withoutHeader(genuine, "paypal-cert-url")),
  reject("an empty signature", header(SIGNATURE, () => "")),
  reject("a signature cut off", header(SIGNATURE, (value) => truncated(truncated(value)))),
  reject("a signature in hex", deliver({ encoding: "hex" })),
  reject("the signature of another body", { ...deliver({ body: OTHER }), body: EVENT }),
  reject("signed with another key", deliver({ key: "impostor" })),
  reject("SHA-1 under the name of SHA-256", header(SIGNATURE, () => deliver({ algorithm: "SHA1withRSA" }).headers[2][1])),
  reject("an algorithm that there is not", deliver({ algorithm: "MD5withRSA" })),
  reject("a certificate of another key", deliver({ secrets: fetched("paypal-other-key") })),
  reject("a certificate that has expired", deliver({ secrets: fetched("paypal-expired") })),
  reject("a certificate of another name", deliver({ secrets: fetched("paypal-other-name") })),
  reject("a certificate of another authority", deliver({ secrets: fetched("paypal-other-root") })),
  reject("a certificate that vouches for itself", deliver({ secrets: fetched("paypal-self-signed") })),
  reject("the authority's own certificate", deliver({ secrets: fetched("root"), key: "root" })),
  reject("a certificate from another host", deliver({ url: "https://example.com/cert.pem" })),
  reject("a certificate from a host that ends the same", deliver({ url: "https://api.paypal.com.example.com/cert.pem" })),
  reject("a certificate over http", deliver({ url: CERTIFICATE_URL.replace("https", "http") })),
];
